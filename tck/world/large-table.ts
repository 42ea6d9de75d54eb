import { type Data, Float64, Int64, makeData, Utf8 } from 'apache-arrow';
import { encodeColumns } from '../value/encode-values.ts';
import { column, plain } from './fixture-table.ts';
import type { World } from './open-world.ts';

/** Data files of a large table. */
const FILES = 4;
const BATCH_ROWS = 50_000;

const COLUMNS = [column('id', plain('bigint')), column('v', plain('double'))];

/** Bytes of each text of the wide table. */
const TEXT_BYTES = 500;

const WIDE = { name: 'wide', columns: [column('id', plain('bigint')), column('pad', plain('varchar'))] };

/** Units: bytes of all texts of the wide table; more than any window between processes. */
export const WIDE_BYTES = 32_000_000;

/** Makes, once, a table of few rows and many bytes, `id` = 0 .. n-1 and a long text each, and returns its name. The kit keeps none of its rows. */
export async function wideTable(world: World): Promise<string> {
  if ((await world.warehouse.catalog.resolve({ schema: 'main', name: WIDE.name })) !== null) return WIDE.name;
  await world.create({ ...WIDE, files: [] });
  const rows = WIDE_BYTES / TEXT_BYTES;
  await world.appendFrames(WIDE.name, encodeColumns(WIDE.columns, wideColumns(rows), rows));
  return WIDE.name;
}

function wideColumns(length: number): readonly Data[] {
  const ids = BigInt64Array.from({ length }, (_, index) => BigInt(index));
  const valueOffsets = Int32Array.from({ length: length + 1 }, (_, index) => index * TEXT_BYTES);
  const data = Uint8Array.from({ length: length * TEXT_BYTES }, (_, index) => 97 + ((index * 7919) % 26));
  return [
    makeData({ type: new Int64(), length, nullCount: 0, data: ids }),
    makeData({ type: new Utf8(), length, nullCount: 0, valueOffsets, data }),
  ];
}

/** Makes, once, a table with rows `id` = 0 .. n-1 and `v` = id / 2 in four files, and returns its name. The kit keeps none of its rows. */
export async function largeTable(world: World, rows: number): Promise<string> {
  const name = `large_${String(rows)}`;
  if ((await world.warehouse.catalog.resolve({ schema: 'main', name })) !== null) return name;
  await world.create({ name, columns: COLUMNS, files: [] });
  const each = Math.ceil(rows / FILES);
  for (let from = 0; from < rows; from += each) await world.appendFrames(name, frames(from, Math.min(rows, from + each)));
  return name;
}

async function* frames(from: number, to: number): AsyncGenerator<Uint8Array, void, undefined> {
  let isFirst = true;
  for (let at = from; at < to; at += BATCH_ROWS) {
    const [schema, ...batches] = encodeColumns(COLUMNS, columnsOf(at, Math.min(to, at + BATCH_ROWS)), Math.min(to, at + BATCH_ROWS) - at);
    if (isFirst && schema !== undefined) yield schema;
    isFirst = false;
    yield* await Promise.resolve(batches);
  }
}

function columnsOf(from: number, to: number): readonly Data[] {
  const length = to - from;
  const ids = BigInt64Array.from({ length }, (_, index) => BigInt(from + index));
  const values = Float64Array.from({ length }, (_, index) => (from + index) / 2);
  return [
    makeData({ type: new Int64(), length, nullCount: 0, data: ids }),
    makeData({ type: new Float64(), length, nullCount: 0, data: values }),
  ];
}
