import { existsSync, readdirSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import batch from '../../../../engines/batch/index.ts';
import type { Engine, LogicalPlan } from '../../../../spi/index.ts';
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
  VARCHAR,
} from '../../../support/plan-builder.ts';
import { addItems, items } from '../../../support/item-tables.ts';
import { bound, createParquetTables, type ParquetTables } from '../../../support/parquet-tables.ts';
import { collectRows, runOptions } from '../../../support/result-rows.ts';

let tables: ParquetTables;
let engine: Engine;

/** Every table is cut, and no side of a join is read whole. */
const CUT = { executors: 2, taskBytesTarget: 2000, broadcastBytesMax: 0, wholeBytesMax: 0 };

beforeAll(async () => {
  tables = await createParquetTables();
  await addItems(tables, 0, 3000);
  await addItems(tables, 3000, 4000);
  await tables.add('kinds', "SELECT i::INTEGER AS kind, 'kind ' || i AS name FROM range(9) t(i) UNION ALL SELECT NULL, 'none'");
  engine = await batch.create(CUT, tables.host);
});

afterAll(async () => {
  await engine.close();
  await tables.close();
});

const kinds = () =>
  scan('kinds', [
    [4, 'kind', INTEGER],
    [5, 'name', VARCHAR],
  ]);

async function rowsOf(whole: LogicalPlan) {
  const prepared = await engine.prepare(bound(whole));
  return collectRows(prepared.execute(runOptions()));
}

describe('the batch engine', () => {
  test('groups in pieces and merges the pieces by their keys', async () => {
    const grouped = aggregate(
      items(),
      [as(10, col(3))],
      [
        agg(11, aggregateCall('count_star', [], BIGINT)),
        agg(12, aggregateCall('sum', [col(1)], BIGINT)),
        agg(13, aggregateCall('avg', [cast(col(1), DOUBLE)], DOUBLE)),
        agg(14, aggregateCall('max', [col(2, VARCHAR)], VARCHAR)),
      ],
    );
    const rows = await rowsOf(plan(sort(grouped, key(col(10)))));
    expect(rows[0]).toEqual([0, 572n, 1143142n, 1998.5, 'item 994']);
    expect(rows).toHaveLength(7);
    expect(rows.reduce((sum, row) => sum + Number(row[1]), 0)).toBe(4000);
  });

  test('joins two divided sides, rows without a partner kept', async () => {
    const joined = join('left', kinds(), items(), call('eq', [col(4), col(3)]));
    const counted = aggregate(joined, [as(10, col(5, VARCHAR))], [agg(11, aggregateCall('count', [col(1)], BIGINT))]);
    const rows = await rowsOf(plan(sort(counted, key(col(10, VARCHAR)))));
    expect(rows.map(([name]) => name)).toEqual([...Array.from({ length: 9 }, (_, kind) => `kind ${String(kind)}`), 'none']);
    expect(rows.map(([, count]) => count)).toEqual([572n, 572n, 572n, 571n, 571n, 571n, 571n, 0n, 0n, 0n]);
  });

  test('gives the first rows of an order', async () => {
    const first = limit(sort(filter(items(), call('eq', [col(3), lit(4)])), key(col(1), true)), 2, 1);
    expect(await rowsOf(plan(project(first, as(20, col(1)))))).toEqual([[3987], [3980]]);
  });

  test('runs statements side by side that each have more tasks than there are executors', async () => {
    const counted = () => plan(aggregate(items(), [as(10, col(3))], [agg(11, aggregateCall('count_star', [], BIGINT))]));
    for (let round = 0; round < 4; round += 1) {
      const answers = await Promise.all(Array.from({ length: 3 }, () => rowsOf(counted())));
      for (const rows of answers) expect(rows.reduce((sum, row) => sum + Number(row[1]), 0)).toBe(4000);
    }
  });

  test('leaves nothing behind', async () => {
    await rowsOf(plan(aggregate(items(), [as(10, col(3))], [agg(11, aggregateCall('count_star', [], BIGINT))])));
    expect(existsSync(tables.host.spoolDirectory) ? readdirSync(tables.host.spoolDirectory) : []).toEqual([]);
  });
});
