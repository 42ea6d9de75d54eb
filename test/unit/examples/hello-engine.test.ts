import { fileURLToPath } from 'node:url';
import { RecordBatchReader } from 'apache-arrow';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Engine, LogicalPlan } from '../../../spi/index.ts';
import { type EngineRegistry, loadEngines } from '../../../sql-gateway/engine/index.ts';
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
  key,
  limit,
  lit,
  plan,
  project,
  scan,
  sort,
  type as typed,
  VARCHAR,
  values,
} from '../../support/plan-builder.ts';
import { bound, createParquetTables, type ParquetTables } from '../../support/parquet-tables.ts';
import { collectFrames, collectRows, runOptions } from '../../support/result-rows.ts';

let tables: ParquetTables;
let registry: EngineRegistry;

beforeAll(async () => {
  tables = await createParquetTables();
  const name = "CASE WHEN i % 10 = 0 THEN NULL ELSE 'item ' || i END AS name";
  await tables.add('items', `SELECT i::INTEGER AS id, ${name}, i / 2 AS half FROM range(3000) t(i)`);
  await tables.add('items', `SELECT i::INTEGER AS id, ${name}, i / 2 AS half FROM range(3000, 5000) t(i)`);
  const path = (folder: string) => fileURLToPath(new URL(`../../../${folder}/index.ts`, import.meta.url));
  const { tables: source, log, spoolDirectory, dataDirectory } = tables.host;
  registry = await loadEngines(
    [
      { module: path('examples/hello-engine'), config: { batchRows: 1000 } },
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
const items = () =>
  scan('items', [
    [1, 'id', INTEGER],
    [2, 'name', VARCHAR],
    [3, 'half', DOUBLE],
  ]);
const rowsOn = async (name: string, whole: LogicalPlan) => collectRows((await engine(name).prepare(bound(whole))).execute(runOptions()));

describe('the hello engine gives the rows of the olap engine', () => {
  const small = call('lt', [col(1), lit(100)]);
  const notNull = call('is_not_null', [col(2, VARCHAR)]);
  const counted = [agg(10, aggregateCall('count_star', [], BIGINT)), agg(11, aggregateCall('count', [col(2, VARCHAR)], BIGINT))];
  const sums = [agg(12, aggregateCall('sum', [col(1)], BIGINT)), agg(13, aggregateCall('sum', [col(3, DOUBLE)], DOUBLE))];
  test.each<[string, LogicalPlan]>([
    ['for a scan and a filter on numbers', plan(filter(items(), small))],
    ['for a filter on texts', plan(filter(items(), call('eq', [col(2, VARCHAR), lit('item 77')])))],
    ['for a filter on the scan itself', plan({ ...items(), filter: call('and', [small, call('not', [notNull])]) })],
    [
      'for conditions over NULL',
      plan(filter(items(), call('or', [call('gt', [col(2, VARCHAR), lit('item 9')]), call('eq', [col(1), lit(0)])]))),
    ],
    [
      'for comparisons of NaN and of texts beyond the first plane',
      plan(
        filter(
          values(
            [
              [1, DOUBLE],
              [2, VARCHAR],
            ],
            [
              [lit('NaN', DOUBLE), lit('\uff0d')],
              [lit('1.5', DOUBLE), lit('\u{1f600}')],
            ],
          ),
          call('and', [
            call('ge', [col(1, DOUBLE), col(1, DOUBLE)]),
            call('or', [call('gt', [col(1, DOUBLE), lit('1.5', DOUBLE)]), call('gt', [col(2, VARCHAR), lit('\uff0d')])]),
          ]),
        ),
      ),
    ],
    ['for a projection', plan(project(filter(items(), small), as(20, cast(col(1), BIGINT)), as(21, col(2, VARCHAR)), as(22, lit(true))))],
    ['for counts and sums', plan(aggregate(items(), [], [...counted, ...sums]))],
    ['for counts and sums of nothing', plan(aggregate(filter(items(), lit(false)), [], [...counted, ...sums]))],
    [
      'for constants',
      plan(
        values(
          [
            [1, BIGINT],
            [2, VARCHAR],
          ],
          [
            [lit('9007199254740993', BIGINT), lit("it's")],
            [lit(null, BIGINT), lit(null)],
          ],
        ),
      ),
    ],
  ])('%s', async (_title, whole) => {
    const byText = (rows: readonly (readonly unknown[])[]) => rows.map((row) => row.map(String).join('|')).toSorted();
    expect(byText(await rowsOn('hello', whole))).toEqual(byText(await rowsOn('olap', whole)));
  });

  test('for a limit, as to the number of rows', async () => {
    expect(await rowsOn('hello', plan(limit(items(), 7, 2)))).toHaveLength(7);
    expect(await rowsOn('hello', plan(limit(items(), 0)))).toHaveLength(0);
    expect(await rowsOn('hello', plan(limit(items(), null, 4990)))).toHaveLength(10);
  });
});

describe('the hello engine keeps to the contract', () => {
  test('frames are one schema and batches of the size asked for, with the names of the plan', async () => {
    const root = project(items(), as(20, col(1), 'x'), as(21, col(2, VARCHAR), 'x'));
    const frames = await collectFrames((await engine('hello').prepare(bound(plan(root)))).execute(runOptions()));
    expect(frames).toHaveLength(6);
    const batches = [...RecordBatchReader.from(frames as Uint8Array[])];
    expect(batches.map((batch) => batch.numRows)).toEqual([1000, 1000, 1000, 1000, 1000]);
    const { fields } = RecordBatchReader.from(frames as Uint8Array[]).open().schema;
    expect(fields.map((field) => `${field.name} ${String(field.type)}`)).toEqual(['x Int32', 'x Utf8']);
  });

  test.each<[string, LogicalPlan, RegExp]>([
    ['a node that it does not declare', plan(sort(items(), key(col(1)))), /'sort' is not declared/],
    ['a function that it does not declare', plan(filter(items(), call('like', [col(2, VARCHAR), lit('i%')]))), /'like' is not declared/],
    ['a type that it has no values for', plan(values([[1, typed('date')]], [[lit('2001-02-03', typed('date'))]])), /type date/],
    ['groups', plan(aggregate(items(), [as(9, col(1))], [])), /GROUP BY/],
  ])('it refuses %s, in the estimate and when it is asked all the same', async (_title, whole, reason) => {
    const refusal = await engine('hello').estimate(bound(whole));
    expect(refusal).toMatchObject({ kind: 'refusal', code: 'ENGINE_UNSUPPORTED', reason: expect.stringMatching(reason) as string });
    await expect(engine('hello').prepare(bound(whole))).rejects.toMatchObject({ code: 'ENGINE_UNSUPPORTED' });
  });

  test('it estimates by the rows that it would read', async () => {
    expect(await engine('hello').estimate(bound(plan(items())))).toMatchObject({ kind: 'estimate', rows: 5000 });
  });

  test('it stops at the deadline and when it is cancelled', async () => {
    const prepared = await engine('hello').prepare(bound(plan(items())));
    await expect(collectFrames(prepared.execute(runOptions({ deadlineAtMs: Date.now() - 1 })))).rejects.toMatchObject({
      code: 'RESOURCE_DEADLINE',
    });
    await expect(collectFrames(prepared.execute(runOptions({ signal: AbortSignal.abort() })))).rejects.toMatchObject({
      code: 'ENGINE_CANCELLED',
    });
  });

  test('its configuration is checked before it starts', async () => {
    const module = fileURLToPath(new URL('../../../examples/hello-engine/index.ts', import.meta.url));
    const { tables: source, log, spoolDirectory, dataDirectory } = tables.host;
    const surroundings = { tables: source, log, spoolDirectory, dataDirectory };
    await expect(loadEngines([{ module, config: { batchSize: 1 } }], surroundings)).rejects.toMatchObject({ code: 'CONFIG_INVALID' });
  });
});
