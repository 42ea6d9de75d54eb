/** Records what the host of this SPI version says to the example engine, and what that answers: test/fixture/spi/<version>.json.
 *  To be run once, when a version is released; the trace of a released version is not recorded anew. */
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { helloPlugin } from '../examples/hello-engine/hello-plugin.ts';
import { type LogicalPlan, SPI_VERSION } from '../spi/index.ts';
import { recordTrace } from '../test/support/host-trace.ts';
import { bound, createParquetTables } from '../test/support/parquet-tables.ts';
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
  VARCHAR,
  values,
} from '../test/support/plan-builder.ts';

const folder = fileURLToPath(new URL('../test/fixture/spi/', import.meta.url));
const path = `${folder}${SPI_VERSION}.json`;
if (existsSync(path)) {
  console.error(`${path} is there: the trace of a version is recorded once.`);
  process.exit(1);
}

const tables = await createParquetTables();
await tables.add('items', "SELECT i::INTEGER AS id, CASE WHEN i % 3 > 0 THEN 'item ' || i END AS name, i / 2 AS half FROM range(8) t(i)");
await tables.add('items', "SELECT i::INTEGER AS id, 'item ' || i AS name, i / 2 AS half FROM range(8, 12) t(i)");

const items = scan('items', [
  [1, 'id', INTEGER],
  [2, 'name', VARCHAR],
  [3, 'half', DOUBLE],
]);
const small = call('lt', [col(1), lit(9)]);
const counted = [agg(10, aggregateCall('count_star', [], BIGINT)), agg(11, aggregateCall('sum', [col(3, DOUBLE)], DOUBLE))];
const constants = values(
  [
    [1, BIGINT],
    [2, VARCHAR],
  ],
  [
    [lit('9007199254740993', BIGINT), lit("it's")],
    [lit(null, BIGINT), lit(null)],
  ],
);
const plans: readonly (readonly [string, LogicalPlan])[] = [
  ['a scan of two files', plan(items)],
  ['a scan with a filter of its own', plan({ ...items, filter: call('is_not_null', [col(2, VARCHAR)]) })],
  ['a filter and a projection', plan(project(filter(items, small), as(20, cast(col(1), BIGINT)), as(21, lit(true))))],
  ['counts and sums', plan(aggregate(items, [], counted))],
  ['a limit of constants', plan(limit(constants, 1, 1))],
  ['constants', plan(constants)],
  ['an order, which is not declared', plan(sort(items, key(col(1))))],
  ['a function that is not declared', plan(project(items, as(20, call('upper', [col(2, VARCHAR)], VARCHAR))))],
];
const queries = plans.map(([title, whole]) => [title, bound(whole)] as const);
const hide = (text: string): string => text.replaceAll(tables.directory, '/warehouse');
const trace = await recordTrace(helloPlugin, { batchRows: 5 }, tables.host, queries, hide);
await tables.close();
mkdirSync(folder, { recursive: true });
writeFileSync(path, `${JSON.stringify(trace, null, 1)}\n`);
console.log(`${path}: ${String(trace.statements.length)} statements`);
