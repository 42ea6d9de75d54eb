import { assert } from '../../../spi/index.ts';
import { gatherColumn } from '../changelog/column.ts';
import type { Changelog } from './operator.ts';
import { weightOf } from './operator.ts';

/** Skips `offset` rows, then lets `limit` rows pass, in the order in which they come. For bounded queries only.
 *  @throws INTERNAL_INVARIANT when a row is taken away */
export function limitOperator(limit: number, offset: number, output: Changelog): Changelog {
  let toSkip = offset;
  let toPass = limit;
  return {
    push: (batch) => {
      if (toPass === 0) return;
      const positions: number[] = [];
      for (let row = 0; row < batch.rows && toPass > 0; row += 1) {
        const weight = weightOf(batch.weights, row);
        assert(weight > 0, 'rows under a limit are not taken away');
        const skipped = Math.min(weight, toSkip);
        toSkip -= skipped;
        const passed = Math.min(weight - skipped, toPass);
        toPass -= passed;
        for (let copy = 0; copy < passed; copy += 1) positions.push(row);
      }
      if (positions.length === 0) return;
      const chosen = Int32Array.from(positions);
      output.push({ rows: chosen.length, columns: batch.columns.map((column) => gatherColumn(column, chosen)), weights: null });
    },
    flush: () => {
      output.flush();
    },
  };
}
