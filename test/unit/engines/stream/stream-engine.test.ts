import { fileURLToPath } from 'node:url';
import { RecordBatchReader } from 'apache-arrow';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import streamPlugin from '../../../../engines/stream/index.ts';
import type { Engine, LogicalPlan } from '../../../../spi/index.ts';
import { type EngineRegistry, loadEngines } from '../../../../sql-gateway/engine/index.ts';
import {
  agg,
  aggregate,
  aggregateCall,
  as,
  BIGINT,
  call,
  cast,
  col,
  DOUBLE,
  filter,
  INTEGER,
  join,
  key,
  limit,
  lit,
  plan,
  project,
  scan,
  sort,
  type as typed,
  VARCHAR,
} from '../../../support/plan-builder.ts';
import { bound, createParquetTables, type ParquetTables } from '../../../support/parquet-tables.ts';
import { collectFrames, collectRows, runOptions } from '../../../support/result-rows.ts';

let tables: ParquetTables;
let registry: EngineRegistry;

const DECIMAL = { kind: 'decimal', precision: 12, scale: 2 } as const;
const TIMESTAMP = typed('timestamp');

beforeAll(async () => {
  tables = await createParquetTables();
  const columns = `i::INTEGER AS id, CASE WHEN i % 10 = 0 THEN NULL ELSE 'käse ' || i % 40 END AS name, i / 2 AS half,
    (i * 9223372036854)::BIGINT AS wide, (i::DECIMAL(12,2) / 4)::DECIMAL(12,2) AS price, TIMESTAMP '2024-01-01' + i * INTERVAL 7 MINUTE AS at,
    DATE '2024-01-01' + i::INTEGER AS day, i % 3 = 0 AS third`;
  await tables.add('items', `SELECT ${columns} FROM range(3000) t(i)`);
  await tables.add('items', `SELECT ${columns} FROM range(3000, 5000) t(i)`);
  const path = (folder: string) => fileURLToPath(new URL(`../../../../${folder}/index.ts`, import.meta.url));
  const { tables: source, log, spoolDirectory, dataDirectory } = tables.host;
  registry = await loadEngines(
    [
      { module: streamPlugin, config: { processesMax: 2 } },
      { module: path('engines/olap'), config: { spares: 1, processesMax: 1, memoryBytesMax: 2 ** 30 } },
    ],
    { tables: source, log, spoolDirectory, dataDirectory },
  );
});

afterAll(async () => {
  await registry.close();
  await tables.close();
});

const engine = (name: string): Engine => registry.get(name).engine;
const items = (first = 0) =>
  scan('items', [
    [first + 1, 'id', INTEGER],
    [first + 2, 'name', VARCHAR],
    [first + 3, 'half', DOUBLE],
    [first + 4, 'wide', BIGINT],
    [first + 5, 'price', DECIMAL],
    [first + 6, 'at', TIMESTAMP],
    [first + 7, 'day', typed('date')],
    [first + 8, 'third', typed('boolean')],
  ]);
const rowsOn = async (name: string, whole: LogicalPlan) => collectRows((await engine(name).prepare(bound(whole))).execute(runOptions()));
const byText = (rows: readonly (readonly unknown[])[]) => rows.map((row) => row.map(String).join('|')).toSorted();

describe('the stream engine gives the rows of the olap engine', () => {
  const hour = call('date_trunc', [lit('hour'), col(6, TIMESTAMP)], TIMESTAMP);
  test.each<[string, LogicalPlan]>([
    ['for a scan with every type', plan(items())],
    [
      'for a filter on the scan and one above',
      plan(filter({ ...items(), filter: call('lt', [col(1), lit(900)]) }, call('like', [col(2, VARCHAR), lit('k_se 1%')]))),
    ],
    [
      'for a projection',
      plan(project(items(), as(20, call('add', [col(1), lit(1)], INTEGER)), as(21, cast(col(5, DECIMAL), VARCHAR)), as(22, hour))),
    ],
    [
      'for groups',
      plan(
        aggregate(
          items(),
          [as(20, col(2, VARCHAR)), as(21, col(8, typed('boolean')))],
          [
            agg(30, aggregateCall('count_star', [], BIGINT)),
            agg(31, aggregateCall('sum', [col(4, BIGINT)], BIGINT)),
            agg(32, aggregateCall('sum', [col(5, DECIMAL)], { kind: 'decimal', precision: 38, scale: 2 })),
            agg(33, aggregateCall('avg', [col(3, DOUBLE)], DOUBLE)),
            agg(34, aggregateCall('min', [col(6, TIMESTAMP)], TIMESTAMP)),
            agg(35, aggregateCall('max', [col(2, VARCHAR)], VARCHAR)),
            agg(36, aggregateCall('count', [col(1)], BIGINT, { distinct: true, filter: call('gt', [col(1), lit(100)]) })),
          ],
        ),
      ),
    ],
    [
      'for an aggregate of nothing',
      plan(
        aggregate(
          filter(items(), lit(false)),
          [],
          [agg(30, aggregateCall('count_star', [], BIGINT)), agg(31, aggregateCall('sum', [col(1)], BIGINT))],
        ),
      ),
    ],
    [
      'for a join of a table with itself',
      plan(join('inner', items(), items(100), call('eq', [col(1), call('add', [col(101), lit(4000)], INTEGER)])), [1, 2, 102]),
    ],
  ])('%s', async (_title, whole) => {
    expect(byText(await rowsOn('stream', whole))).toEqual(byText(await rowsOn('olap', whole)));
  });

  test('for an order with a limit, in that order', async () => {
    const whole = plan(limit(sort(items(), key(col(2, VARCHAR), true), key(col(1))), 700, 10));
    expect((await rowsOn('stream', whole)).map(String)).toEqual((await rowsOn('olap', whole)).map(String));
  });

  test('for parameters', async () => {
    const whole = plan(filter(items(), call('lt', [col(1), { kind: 'parameter', index: 0, type: INTEGER }])));
    const prepared = await engine('stream').prepare(bound(whole, [INTEGER]));
    expect(await collectRows(prepared.execute(runOptions({ parameters: ['7'] })))).toHaveLength(7);
    expect(await collectRows(prepared.execute(runOptions({ parameters: [null] })))).toHaveLength(0);
  });
});

describe('the stream engine keeps to the contract', () => {
  test('frames are one schema and batches with the names of the plan', async () => {
    const frames = await collectFrames((await engine('stream').prepare(bound(plan(items(), [1, 1])))).execute(runOptions()));
    const batches = [...RecordBatchReader.from(frames as Uint8Array[])];
    expect(batches.reduce((sum, batch) => sum + batch.numRows, 0)).toBe(5000);
    expect(batches[0]?.schema.fields.map((field) => `${field.name} ${String(field.type)}`)).toEqual(['id Int32', 'id Int32']);
  });

  test.each<[string, LogicalPlan, RegExp]>([
    [
      'a node that it does not declare',
      plan(join('anti', items(), items(100), call('eq', [col(1), col(101)]))),
      /'join:anti' is not declared/,
    ],
    [
      'a function that it does not declare',
      plan(filter(items(), call('regexp_like', [col(2, VARCHAR), lit('i')]))),
      /'regexp_like' is not declared/,
    ],
    [
      'an outer join with a condition over its outer side',
      plan(join('left', items(), items(100), call('and', [call('eq', [col(1), col(101)]), call('gt', [col(1), lit(3)])]))),
      /'join:left' with a condition over its outer side/,
    ],
    ['a join without an equality', plan(join('inner', items(), items(100), call('lt', [col(1), col(101)]))), /without an equality/],
    ['a cast that it does not have', plan(project(items(), as(20, cast(col(3, DOUBLE), VARCHAR)))), /the cast from double to varchar/],
    ['a type that it has no values for', plan(project(items(), as(20, lit('12:00:00', typed('time'))))), /type time/],
  ])('it refuses %s, in the estimate and when it is asked all the same', async (_title, whole, reason) => {
    const refusal = await engine('stream').estimate(bound(whole));
    expect(refusal).toMatchObject({ kind: 'refusal', code: 'ENGINE_UNSUPPORTED', reason: expect.stringMatching(reason) as string });
    await expect(engine('stream').prepare(bound(whole))).rejects.toMatchObject({ code: 'ENGINE_UNSUPPORTED' });
  });

  test('it estimates by what it would read', async () => {
    expect(await engine('stream').estimate(bound(plan(items())))).toMatchObject({ kind: 'estimate', rows: 5000 });
  });

  test('an error in the middle of the rows is thrown with its code, and the next query is answered', async () => {
    const whole = plan(project(items(), as(20, call('multiply', [col(4, BIGINT), lit('9000', BIGINT)], BIGINT))));
    await expect(rowsOn('stream', whole)).rejects.toMatchObject({ code: 'SQL_OVERFLOW' });
    expect(await rowsOn('stream', plan(limit(items(), 3)))).toHaveLength(3);
  });

  test('it stops at the deadline, when it is cancelled, and when the reader leaves', async () => {
    const prepared = await engine('stream').prepare(bound(plan(items())));
    await expect(collectFrames(prepared.execute(runOptions({ deadlineAtMs: Date.now() - 1 })))).rejects.toMatchObject({
      code: 'RESOURCE_DEADLINE',
    });
    await expect(collectFrames(prepared.execute(runOptions({ signal: AbortSignal.abort() })))).rejects.toMatchObject({
      code: 'ENGINE_CANCELLED',
    });
    for await (const frame of prepared.execute(runOptions()).frames) {
      expect(frame.byteLength).toBeGreaterThan(0);
      break;
    }
    expect((await engine('stream').health()).details['processesBusy']).toBe(0);
  });

  test('it does not write', async () => {
    await expect(engine('stream').write(bound(plan(items())), {} as never, runOptions())).rejects.toMatchObject({
      code: 'ENGINE_UNSUPPORTED',
    });
  });
});
