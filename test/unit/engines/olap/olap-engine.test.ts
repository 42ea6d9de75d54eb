import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { RecordBatchReader } from 'apache-arrow';
import olap from '../../../../engines/olap/index.ts';
import type { Engine, LogicalPlan, ParameterValue } from '../../../../spi/index.ts';
import {
  agg,
  aggregate,
  aggregateCall,
  as,
  BIGINT,
  call,
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
  values,
} from '../../../support/plan-builder.ts';
import { addItems, items } from '../../../support/item-tables.ts';
import { processesBelow } from '../../../support/process-tree.ts';
import { bound, createParquetTables, type ParquetTables } from '../../../support/parquet-tables.ts';
import { collectFrames, collectRows, runOptions } from '../../../support/result-rows.ts';

let tables: ParquetTables;
let engine: Engine;

beforeAll(async () => {
  tables = await createParquetTables();
  await addItems(tables, 0, 100_000);
  await addItems(tables, 100_000, 200_000);
  await tables.add('kinds', "SELECT i::INTEGER AS kind, 'kind ' || i AS title FROM range(7) t(i)");
  await tables.add('evolved', 'SELECT 1::INTEGER AS old_name', { fieldIds: 'old_name: 2', matchesSchema: false });
  await tables.add('evolved', 'SELECT 2::INTEGER AS new_name, 3::BIGINT AS later', {
    fieldIds: 'new_name: 2, later: 3',
    matchesSchema: false,
  });
  engine = await olap.create({ spares: 1, processesMax: 2, shortProcesses: 1, memoryBytesMax: 2 ** 30 }, tables.host);
});

afterAll(async () => {
  await engine.close();
  await tables.close();
});

const kinds = () =>
  scan('kinds', [
    [4, 'kind', INTEGER],
    [5, 'title', VARCHAR],
  ]);
const one = (): LogicalPlan => plan(project(values([], [[]]), as(1, lit(1))));
/** A statement that runs for minutes. */
const endless = (): LogicalPlan => {
  const pairs = join(
    'inner',
    items(),
    scan('items', [
      [11, 'id', INTEGER],
      [12, 'name', VARCHAR],
    ]),
    call('ne', [col(2, VARCHAR), col(12, VARCHAR)]),
  );
  return plan(aggregate(pairs, [], [agg(20, aggregateCall('count_star', [], BIGINT))]));
};

async function rowsOf(whole: LogicalPlan, parameters: readonly ParameterValue[] = [], types: readonly (typeof INTEGER)[] = []) {
  const prepared = await engine.prepare(bound(whole, types));
  return collectRows(prepared.execute(runOptions({ parameters })));
}

async function codeOf(work: Promise<unknown>): Promise<string> {
  return work.then(
    () => 'none',
    (error: unknown) => (error as { code: string }).code,
  );
}

describe('the olap engine', () => {
  test('answers a query over Parquet files', async () => {
    const joined = join('inner', items(), kinds(), call('eq', [col(3), col(4)]));
    const grouped = aggregate(joined, [as(10, col(5, VARCHAR))], [agg(11, aggregateCall('sum', [col(1)], BIGINT))]);
    const rows = await rowsOf(plan(limit(sort(grouped, key(col(10, VARCHAR))), 2)));
    expect(rows).toEqual([
      ['kind 0', 2857157142n],
      ['kind 1', 2857185714n],
    ]);
  });

  test('names the columns as the plan does, even alike', async () => {
    const root = project(values([], [[]]), as(1, lit(1), 'a b'), as(2, lit('x'), 'a b'));
    const prepared = await engine.prepare(bound(plan(root)));
    const frames = await collectFrames(prepared.execute(runOptions()));
    const [batch] = [...RecordBatchReader.from(frames as Uint8Array[])];
    expect(batch?.schema.fields.map((field) => field.name)).toEqual(['a b', 'a b']);
    expect(prepared.columns.map((column) => column.name)).toEqual(['a b', 'a b']);
  });

  test('computes a result of some megabytes ahead of its reader', async () => {
    const grouped = aggregate(items(), [as(10, col(1)), as(11, col(2, VARCHAR))], [agg(12, aggregateCall('sum', [col(3)], BIGINT))]);
    const frames = await collectFrames(
      (await engine.prepare(bound(plan(limit(sort(grouped, key(col(10))), 60_000))))).execute(runOptions()),
    );
    const rows = [...RecordBatchReader.from(frames as Uint8Array[])].map((batch) => batch.numRows);
    expect(rows.reduce((sum, each) => sum + each, 0)).toBe(60_000);
    // Of a result that is still computed the first rows go out alone.
    expect(rows[0]).toBeGreaterThan(2048);
  });

  test('gives a schema and no rows for a table without a snapshot', async () => {
    const empty = { ...items(), snapshotId: null };
    const prepared = await engine.prepare(bound(plan(empty)));
    const frames = await collectFrames(prepared.execute(runOptions()));
    expect(frames).toHaveLength(1);
    expect(
      RecordBatchReader.from(frames as Uint8Array[])
        .open()
        .schema.fields.map((field) => field.name),
    ).toEqual(['id', 'name', 'kind']);
  });

  test('finds renamed and added columns by field id', async () => {
    const node = scan('evolved', [
      [1, 'gone', INTEGER],
      [2, 'new_name', INTEGER],
      [3, 'later', BIGINT],
    ]);
    expect(await rowsOf(plan(sort({ ...node }, key(col(2)))))).toEqual([
      [null, 1, null],
      [null, 2, 3n],
    ]);
  });

  test('binds parameters, each execution its own', async () => {
    const parameter = { kind: 'parameter', index: 1, type: INTEGER } as const;
    const whole = plan(filter(items(), call('eq', [col(1), parameter])));
    const types = [VARCHAR, INTEGER] as (typeof INTEGER)[];
    expect(await rowsOf(whole, ['unused', '5'], types)).toEqual([[5, 'item 5', 5]]);
    expect(await rowsOf(whole, ['unused', '150000'], types)).toEqual([[150000, 'item 150000', 4]]);
    expect(await codeOf(rowsOf(whole, ['5'], types))).toBe('SQL_PARAMETER');
  });

  test('counts rows without reading a column', async () => {
    const all = aggregate(scan('items', []), [], [agg(1, aggregateCall('count_star', [], BIGINT))]);
    expect(await rowsOf(plan(all))).toEqual([[200000n]]);
  });

  test('streams a large result whole, more than a window of it', async () => {
    const prepared = await engine.prepare(bound(plan(join('cross', items(), kinds()))));
    let rows = 0;
    for (const batch of RecordBatchReader.from((await collectFrames(prepared.execute(runOptions()))) as Uint8Array[]))
      rows += batch.numRows;
    expect(rows).toBe(1_400_000);
  });

  test('tells errors of values by their code and goes on', async () => {
    const bad = project(items(), as(9, { kind: 'cast', argument: col(2, VARCHAR), safe: false, type: INTEGER }));
    expect(await codeOf(rowsOf(plan(bad)))).toBe('SQL_INVALID_VALUE');
    expect(await rowsOf(one())).toEqual([[1]]);
  });

  test('refuses what the plan needs and the engine has not', async () => {
    const unknown = project(values([], [[]]), as(1, call('no_such_function', [], INTEGER)));
    expect(await codeOf(rowsOf(plan(unknown)))).toBe('ENGINE_UNSUPPORTED');
    const newer = { ...bound(one()), plan: { ...one(), version: 2 as 1 } };
    expect(await engine.estimate(newer)).toMatchObject({ kind: 'estimate' });
  });

  test('estimates more for more rows', async () => {
    const small = await engine.estimate(bound(plan(kinds())));
    const large = await engine.estimate(bound(plan(items())));
    expect(small).toMatchObject({ kind: 'estimate', rows: 7 });
    expect(large).toMatchObject({ kind: 'estimate', rows: 200000 });
    expect((large as { cpuMs: number }).cpuMs).toBeGreaterThan((small as { cpuMs: number }).cpuMs);
  });

  test('runs several queries at once, each in a process of its own', async () => {
    const all = aggregate(items(), [], [agg(10, aggregateCall('max', [col(1)], INTEGER))]);
    const results = await Promise.all(Array.from({ length: 6 }, () => rowsOf(plan(all))));
    expect(results).toEqual(Array.from({ length: 6 }, () => [[199999]]));
  });
});

describe('the olap engine ends', () => {
  test('a cancelled query with the reason that was given, and stays usable', async () => {
    const controller = new AbortController();
    const prepared = await engine.prepare(bound(endless()));
    const running = codeOf(collectRows(prepared.execute(runOptions({ signal: controller.signal }))));
    setTimeout(() => controller.abort(), 100);
    expect(await running).toBe('ENGINE_CANCELLED');
    expect(await rowsOf(one())).toEqual([[1]]);
  });

  test('a query at its deadline', async () => {
    const prepared = await engine.prepare(bound(endless()));
    expect(await codeOf(collectRows(prepared.execute(runOptions({ deadlineAtMs: Date.now() + 100 }))))).toBe('RESOURCE_DEADLINE');
    expect(await rowsOf(one())).toEqual([[1]]);
  });

  test('a query whose reader leaves early', async () => {
    const prepared = await engine.prepare(bound(plan(join('cross', items(), items2()))));
    for await (const frame of prepared.execute(runOptions()).frames) {
      expect(frame.byteLength).toBeGreaterThan(0);
      break;
    }
    expect(await rowsOf(one())).toEqual([[1]]);
  });

  test('a query whose process is killed with ENGINE_LOST, never as a shorter result', async () => {
    const others = new Set(childPids());
    const alone = await olap.create({ spares: 1, processesMax: 1, shortProcesses: 0 }, tables.host);
    const prepared = await alone.prepare(bound(plan(join('cross', items(), items2()))));
    let frames = 0;
    const reading = (async () => {
      for await (const frame of prepared.execute(runOptions()).frames) {
        expect(frame.byteLength).toBeGreaterThan(0);
        frames += 1;
        if (frames === 5) for (const pid of childPids()) if (!others.has(pid)) process.kill(pid, 'SIGKILL');
      }
    })();
    expect(await codeOf(reading)).toBe('ENGINE_LOST');
    expect(await collectRows((await alone.prepare(bound(one()))).execute(runOptions()))).toEqual([[1]]);
    await alone.close();
  });

  test('a query that ignores the interrupt by killing its process', async () => {
    const others = new Set(childPids());
    const alone = await olap.create({ spares: 1, processesMax: 1, shortProcesses: 0, memoryBytesMax: 2 ** 30 }, tables.host);
    const long = (text: string) => call('repeat', [lit(text), lit('300000', BIGINT)], VARCHAR);
    const stubborn = plan(
      // One row: its texts fit the memory, its distance takes minutes.
      project(limit(items(), 1), as(9, call('levenshtein', [call('concat', [long('a'), col(2, VARCHAR)], VARCHAR), long('b')], BIGINT))),
    );
    expect(await collectRows((await alone.prepare(bound(one()))).execute(runOptions()))).toEqual([[1]]);
    const before = childPids().filter((pid) => !others.has(pid));
    const prepared = await alone.prepare(bound(stubborn));
    expect(await codeOf(collectRows(prepared.execute(runOptions({ signal: AbortSignal.timeout(2000) }))))).toBe('ENGINE_CANCELLED');
    // The only process may run the next query once it is a new one.
    expect(await collectRows((await alone.prepare(bound(one()))).execute(runOptions()))).toEqual([[1]]);
    expect(childPids().filter((pid) => before.includes(pid))).toEqual([]);
    await alone.close();
  });

  test('a query that needs too much memory with RESOURCE_MEMORY', async () => {
    const list = aggregateCall('array_agg', [call('repeat', [col(2, VARCHAR), lit('20000', BIGINT)], VARCHAR)], {
      kind: 'list',
      element: VARCHAR,
      elementNullable: true,
    });
    const huge = aggregate(items(), [], [agg(10, list)]);
    expect(await codeOf(rowsOf(plan(huge)))).toBe('RESOURCE_MEMORY');
    expect(await rowsOf(one())).toEqual([[1]]);
  });
});

describe('the lanes of the olap engine', () => {
  /** Runs a short query while a long one has the only process of its lane; returns the code of its error. */
  async function besideLong(shortProcesses: number): Promise<string> {
    const narrow = await olap.create({ spares: 0, processesMax: 1, shortProcesses, queueTimeoutMs: 2000 }, tables.host);
    const stop = new AbortController();
    const long = collectRows((await narrow.prepare(bound(endless()))).execute(runOptions({ signal: stop.signal }))).catch(() => undefined);
    await expect.poll(async () => (await narrow.health()).details['processesBusy'], { timeout: 10_000 }).toBe(1);
    const code = await codeOf(collectRows((await narrow.prepare(bound(one()))).execute(runOptions())));
    stop.abort();
    await long;
    await narrow.close();
    return code;
  }

  test('let a short query run while long ones have all processes', async () => {
    expect(await besideLong(1)).toBe('none');
  });

  test('would let it wait if there were one line (mutant)', async () => {
    expect(await besideLong(0)).toBe('RESOURCE_BUSY');
  });

  test('make room for short queries when one took longer than it should have', async () => {
    const narrow = await olap.create({ spares: 0, processesMax: 1, shortProcesses: 1, queueTimeoutMs: 10_000 }, tables.host);
    const stop = new AbortController();
    const wrong = collectRows((await narrow.prepare(bound(deceptive()))).execute(runOptions({ signal: stop.signal }))).catch(
      () => undefined,
    );
    await expect.poll(async () => (await narrow.health()).details['processesBusy'], { timeout: 10_000 }).toBe(1);
    expect(await collectRows((await narrow.prepare(bound(one()))).execute(runOptions()))).toEqual([[1]]);
    stop.abort();
    await wrong;
    await narrow.close();
  });
});

/** Looks short, since it reads one row, and takes minutes. */
const deceptive = (): LogicalPlan => {
  const long = (text: string) => call('repeat', [lit(text), lit('300000', BIGINT)], VARCHAR);
  return plan(project(values([], [[]]), as(1, call('levenshtein', [long('a'), long('b')], BIGINT))));
};

const items2 = () =>
  scan('items', [
    [11, 'id', INTEGER],
    [12, 'name', VARCHAR],
  ]);

test.skipIf(process.platform !== 'linux')('a process computes in memory that it had before', async () => {
  await tables.add('many', 'SELECT (i % 400)::INTEGER AS place, (i * 7919 % 1000003)::INTEGER AS value FROM range(3000000) t(i)');
  const many = scan('many', [
    [21, 'place', INTEGER],
    [22, 'value', INTEGER],
  ]);
  const medians = plan(aggregate(many, [as(30, col(21))], [agg(31, aggregateCall('median', [col(22)], DOUBLE))]));
  const one = await olap.create({ spares: 0, processesMax: 1, shortProcesses: 1, memoryBytesMax: 2 ** 30 }, tables.host);
  try {
    const run = async (): Promise<number> => {
      const before = faultsOf();
      await collectRows((await one.prepare(bound(medians))).execute(runOptions()));
      return faultsOf() - before;
    };
    const faults: number[] = [];
    for (let statement = 0; statement < 8; statement += 1) faults.push(await run());
    const [first = 0] = faults;
    expect(first).toBeGreaterThan(5000);
    expect(faults.slice(4).reduce((sum, each) => sum + each, 0)).toBeLessThan(first / 3);
  } finally {
    await one.close();
  }
});

/** Pages that the processes of queries have faulted in since they began. */
function faultsOf(): number {
  const fields = (pid: number): readonly string[] =>
    readFileSync(`/proc/${String(pid)}/stat`, 'utf8')
      .split(') ')[1]
      ?.split(' ') ?? [];
  return childPids().reduce((sum, pid) => sum + Number(fields(pid)[7]), 0);
}

/** Processes that run queries of this one. */
const childPids = (): readonly number[] => processesBelow(process.pid, 'trivium-olap-query');
