import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import batch from '../../../../engines/batch/index.ts';
import { type Engine, type Field, type Fragment, PlatformError, type StagingArea } from '../../../../spi/index.ts';
import { agg, aggregate, aggregateCall, as, BIGINT, col, INTEGER, plan, scan } from '../../../support/plan-builder.ts';
import { bound, createParquetTables, type ParquetTables } from '../../../support/parquet-tables.ts';
import { runOptions } from '../../../support/result-rows.ts';

let tables: ParquetTables;
let engine: Engine;

beforeAll(async () => {
  tables = await createParquetTables();
  await tables.add('items', 'SELECT i::INTEGER AS id, (i % 50)::INTEGER AS kind FROM range(4000) t(i)');
  engine = await batch.create({ executors: 2, taskBytesTarget: 2000, wholeBytesMax: 0 }, tables.host);
});

afterAll(async () => {
  await engine.close();
  await tables.close();
});

const FIELDS: readonly Field[] = [
  { id: 1, name: 'kind', type: INTEGER, nullable: true },
  { id: 2, name: 'items', type: BIGINT, nullable: true },
];
const items = () =>
  scan('items', [
    [1, 'id', INTEGER],
    [2, 'kind', INTEGER],
  ]);
const counted = () => bound(plan(aggregate(items(), [as(10, col(2))], [agg(11, aggregateCall('count_star', [], BIGINT))])));

const staging: StagingArea = {
  fields: FIELDS,
  target: async (task, attempt) => {
    const directory = join(tables.directory, 'staging', `${task}-${String(attempt)}`);
    await mkdir(directory, { recursive: true });
    return { directory, fields: FIELDS, partitionSpec: { specId: 0, fields: [] }, fileSizeBytesTarget: 64 * 2 ** 20 };
  },
  append: () => Promise.reject(new PlatformError('ENGINE_UNSUPPORTED', 'the engine writes Parquet itself')),
};

const rowsIn = (fragments: readonly Fragment[]): number =>
  fragments.flatMap((fragment) => fragment.files).reduce((sum, file) => sum + file.rows, 0);

test('every task of the last stage writes into a target of its own, and a repeated execution finds what was staged', async () => {
  const workDirectory = join(tables.directory, 'work');
  const fragments = await engine.write(counted(), staging, runOptions({ workDirectory }));
  expect(fragments.length).toBeGreaterThan(1);
  expect(new Set(fragments.map((fragment) => fragment.task)).size).toBe(fragments.length);
  expect(rowsIn(fragments)).toBe(50);
  expect(await engine.write(counted(), staging, runOptions({ workDirectory }))).toEqual(fragments);
});
