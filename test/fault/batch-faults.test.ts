import { spawn } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import batch from '../../engines/batch/index.ts';
import type { Engine, LogicalPlan, Progress } from '../../spi/index.ts';
import {
  agg,
  aggregate,
  aggregateCall,
  as,
  BIGINT,
  call,
  col,
  INTEGER,
  key,
  lit,
  plan,
  project,
  sort,
  VARCHAR,
} from '../support/plan-builder.ts';
import { addItems, items } from '../support/item-tables.ts';
import { processesBelow } from '../support/process-tree.ts';
import { bound, createParquetTables, type ParquetTables } from '../support/parquet-tables.ts';
import { collectRows, runOptions } from '../support/result-rows.ts';
import type { BatchExecution } from './batch-execution.ts';

/** One task a file that reads, then tasks that merge, then one that orders. */
const CONFIG = { executors: 2, taskBytesTarget: 4000, broadcastBytesMax: 0, wholeBytesMax: 0 };

let tables: ParquetTables;
let engine: Engine;

beforeAll(async () => {
  tables = await createParquetTables();
  for (let file = 0; file < 4; file += 1) await addItems(tables, file * 1000, file * 1000 + 1000);
  engine = await batch.create(CONFIG, tables.host);
});

afterAll(async () => {
  await engine.close();
  await tables.close();
});

const grouped = (): LogicalPlan =>
  plan(
    sort(
      aggregate(
        items(),
        [as(10, col(3))],
        [agg(11, aggregateCall('count_star', [], BIGINT)), agg(12, aggregateCall('sum', [col(1)], BIGINT))],
      ),
      key(col(10)),
    ),
  );

const ANSWER = Array.from({ length: 7 }, (_, kind) => {
  const ids = Array.from({ length: 4000 }, (_item, id) => id).filter((id) => id % 7 === kind);
  return [kind, BigInt(ids.length), BigInt(ids.reduce((sum, id) => sum + id, 0))];
});

async function answerOf(more: Parameters<typeof runOptions>[0] = {}) {
  const prepared = await engine.prepare(bound(grouped()));
  return collectRows(prepared.execute(runOptions(more)));
}

describe('a batch', () => {
  test('gives the same answer when an executor is killed under a task', async () => {
    let killed = 0;
    const onProgress = ({ tasks }: Progress): void => {
      if (killed > 0 || (tasks?.done ?? 0) === 0) return;
      for (const pid of executorPids()) {
        process.kill(pid, 'SIGKILL');
        killed += 1;
      }
    };
    expect(await answerOf({ onProgress })).toEqual(ANSWER);
    expect(killed).toBeGreaterThan(0);
    expect(tables.logged.some((line) => line.includes('a task is run again'))).toBe(true);
  });

  test('names the task whose executor ends again and again', async () => {
    // Each task takes about a second, so that none ends between two looks for executors.
    const name = call('repeat', [col(2), lit('100', BIGINT)], VARCHAR);
    const distance = call('levenshtein', [name, call('repeat', [lit('b'), lit('1000', BIGINT)], VARCHAR)], BIGINT);
    const long = plan(aggregate(items(), [as(10, col(3))], [agg(11, aggregateCall('max', [distance], BIGINT))]));
    const killer = setInterval(() => {
      void engine.health().then(({ details }) => {
        if (details['executorsStarting'] === 0) for (const pid of executorPids()) process.kill(pid, 'SIGKILL');
      });
    }, 5);
    try {
      await expect((async () => collectRows((await engine.prepare(bound(long))).execute(runOptions())))()).rejects.toMatchObject({
        code: 'ENGINE_LOST',
        details: { attempts: 3, task: expect.stringMatching(/^s0_t\d$/) as string },
      });
    } finally {
      clearInterval(killer);
    }
    expect(await answerOf()).toEqual(ANSWER);
  });

  test("ends with the code of the user's error and the name of its task, at the first attempt", async () => {
    const bad = plan(
      project(
        items(),
        as(20, { kind: 'cast', argument: call('replace', [col(2, VARCHAR), lit('item '), lit('')], VARCHAR), safe: false, type: INTEGER }),
      ),
    );
    const poisoned = await createParquetTables();
    await poisoned.add('items', "SELECT i::INTEGER AS id, 'item ' || i AS name, 1 AS kind FROM range(100) t(i)");
    await poisoned.add('items', "SELECT 100::INTEGER AS id, 'item x' AS name, 1 AS kind");
    const alone = await batch.create({ ...CONFIG, taskBytesTarget: 300 }, poisoned.host);
    try {
      const running = collectRows((await alone.prepare(bound(bad))).execute(runOptions()));
      await expect(running).rejects.toMatchObject({
        code: 'SQL_INVALID_VALUE',
        details: { attempts: 1, task: expect.stringMatching(/^s0_t[1-9]$/) as string },
      });
    } finally {
      await alone.close();
      await poisoned.close();
    }
  });

  test('ends at its deadline and when it is cancelled, and leaves nothing behind', async () => {
    await expect(answerOf({ deadlineAtMs: Date.now() - 1 })).rejects.toMatchObject({ code: 'RESOURCE_DEADLINE' });
    const controller = new AbortController();
    const onProgress = (): void => {
      controller.abort();
    };
    await expect(answerOf({ signal: controller.signal, onProgress })).rejects.toMatchObject({ code: 'ENGINE_CANCELLED' });
    expect(readdirSync(tables.host.spoolDirectory).filter((name) => name.startsWith('execution'))).toEqual([]);
  });
});

describe('a batch whose process was killed with everything it started', () => {
  test('goes on from the finished tasks, and runs none of them again', { timeout: 120_000 }, async () => {
    const workDirectory = join(tables.directory, 'work');
    await runAndDie(workDirectory, 3);
    const finished = doneFiles(workDirectory);
    expect(finished.size).toBeGreaterThanOrEqual(3);
    let first: Progress | undefined;
    const onProgress = (progress: Progress): void => {
      first ??= progress;
    };
    expect(await answerOf({ workDirectory, onProgress })).toEqual(ANSWER);
    const later = doneFiles(workDirectory);
    for (const [task, mtimeMs] of finished) expect(later.get(task)).toBe(mtimeMs);
    expect(later.size).toBeGreaterThan(finished.size);
    // Once more: nothing is left to do.
    expect(await answerOf({ workDirectory })).toEqual(ANSWER);
    expect(doneFiles(workDirectory)).toEqual(later);
  });

  test('runs a task again whose files are gone or cut off', async () => {
    const workDirectory = join(tables.directory, 'torn');
    expect(await answerOf({ workDirectory })).toEqual(ANSWER);
    const before = doneFiles(workDirectory);
    const [first, second] = ['s0_t0', 's0_t1'].map((task) => exchangeFiles(workDirectory, task)[0] ?? '');
    rmSync(first ?? '');
    writeFileSync(second ?? '', readFileSync(second ?? '').subarray(0, 10));
    expect(await answerOf({ workDirectory })).toEqual(ANSWER);
    const after = doneFiles(workDirectory);
    expect([...after].filter(([task, mtimeMs]) => before.get(task) !== mtimeMs).map(([task]) => task)).toEqual(['s0_t0', 's0_t1']);
  });

  test('starts anew where another query was under way', async () => {
    const workDirectory = join(tables.directory, 'other');
    await answerOf({ workDirectory });
    const before = doneFiles(workDirectory);
    const counted = plan(aggregate(items(), [], [agg(10, aggregateCall('count_star', [], BIGINT))]));
    const prepared = await engine.prepare(bound(counted));
    expect(await collectRows(prepared.execute(runOptions({ workDirectory })))).toEqual([[4000n]]);
    for (const [task, mtimeMs] of doneFiles(workDirectory)) expect(before.get(task)).not.toBe(mtimeMs);
  });
});

/** Runs the query in a process that kills itself; its executors end with it. */
async function runAndDie(workDirectory: string, dieAfterTasks: number): Promise<void> {
  mkdirSync(workDirectory, { recursive: true });
  const scanPlan = await tables.host.tables.plan(items());
  const execution: BatchExecution = {
    config: CONFIG,
    plan: grouped(),
    tables: { items: scanPlan },
    dataDirectory: tables.host.dataDirectory,
    spoolDirectory: join(tables.directory, 'other-spool'),
    workDirectory,
    dieAfterTasks,
  };
  const file = join(tables.directory, 'execution.json');
  writeFileSync(file, JSON.stringify(execution));
  const entry = fileURLToPath(new URL('./batch-execution.ts', import.meta.url));
  const child = spawn(process.execPath, ['--import', 'tsx', entry, file], { stdio: 'inherit' });
  const signal = await new Promise((resolve) => child.on('exit', (_code, name) => resolve(name)));
  expect(signal).toBe('SIGKILL');
}

/** When each finished task was published. */
function doneFiles(workDirectory: string): ReadonlyMap<string, number> {
  const found = readdirSync(workDirectory, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('/done.json'));
  return new Map(found.sort().map((name) => [name.slice(0, -'/done.json'.length), statSync(join(workDirectory, name)).mtimeMs]));
}

function exchangeFiles(workDirectory: string, task: string): readonly string[] {
  const directory = join(workDirectory, task);
  const names = readdirSync(directory, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.parquet'));
  return names.map((name) => join(directory, name));
}

/** Executors of this process. */
const executorPids = (): readonly number[] => processesBelow(process.pid, 'trivium-batch-executor');
