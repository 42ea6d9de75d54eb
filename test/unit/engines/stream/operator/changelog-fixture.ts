import type { Batch } from '../../../../../engines/stream/changelog/batch.ts';
import type { Column } from '../../../../../engines/stream/changelog/column.ts';
import type { Changelog } from '../../../../../engines/stream/operator/operator.ts';

/** Returns a column of integers. */
export function integers(...values: readonly (number | null)[]): Column {
  const valid = values.includes(null) ? Uint8Array.from(values, (value) => (value === null ? 0 : 1)) : null;
  return { kind: 'int32', values: Int32Array.from(values, (value) => value ?? 0), valid };
}

/** Returns a batch; weights are 1 unless given. */
export function batch(columns: readonly Column[], weights?: readonly number[]): Batch {
  const rows = columns[0]?.values.length ?? 0;
  return { rows, columns, weights: weights === undefined ? null : Int8Array.from(weights) };
}

/** Collects changes as `[weight, ...values]` with integers, wide ones as number. */
export function collector(): Changelog & { take(): readonly (readonly (number | null)[])[]; readonly flushes: () => number } {
  let changes: (number | null)[][] = [];
  let flushes = 0;
  return {
    push: ({ rows, columns, weights }) => {
      for (let row = 0; row < rows; row += 1) {
        const values = columns.map(({ kind, values: from, valid }) => {
          if (valid?.[row] === 0) return null;
          return (kind === 'int64' ? from[row * 2] : from[row]) ?? null;
        });
        changes.push([weights?.[row] ?? 1, ...values]);
      }
    },
    flush: () => {
      flushes += 1;
    },
    take: () => {
      const taken = changes;
      changes = [];
      return taken;
    },
    flushes: () => flushes,
  };
}
