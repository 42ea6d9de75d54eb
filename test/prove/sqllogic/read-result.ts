import { type Data, RecordBatchReader } from 'apache-arrow';
import { readColumn } from '../../../runtime/arrow/index.ts';
import type { DataType, ResultColumn } from '../../../spi/index.ts';
import type { ResultText } from './compare-result.ts';
import { formatValue } from './format-value.ts';
import type { TypeLetter } from './record.ts';

/** Reads an engine's frames to their end and returns the rows as text. */
export async function readResult(columns: readonly ResultColumn[], frames: AsyncIterable<Uint8Array>): Promise<ResultText> {
  const collected: Uint8Array[] = [];
  for await (const frame of frames) collected.push(frame);
  const rows: string[][] = [];
  for (const batch of RecordBatchReader.from(collected)) {
    // The package makes up a batch for a result without any, whose lists have no elements to look into.
    if (batch.numRows === 0) continue;
    const readers = batch.data.children.map((data: Data) => readColumn(data));
    for (let row = 0; row < batch.numRows; row += 1) {
      rows.push(columns.map(({ type }, column) => formatValue(readers[column]?.(row) ?? null, type)));
    }
  }
  return { rows, types: columns.map(({ type }) => ({ letter: letterOf(type), floating: type.kind === 'real' || type.kind === 'double' })) };
}

function letterOf({ kind }: DataType): TypeLetter {
  if (kind === 'integer' || kind === 'bigint') return 'I';
  return kind === 'decimal' || kind === 'real' || kind === 'double' ? 'R' : 'T';
}
