import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import streamPlugin from '../../../../engines/stream/index.ts';
import { readRows } from '../../../../runtime/arrow/index.ts';
import {
  type BoundQuery,
  type LogicalPlan,
  PlatformError,
  type ViewCheckpoint,
  type ViewEngine,
  type ViewRows,
  type ViewRun,
  type ViewStart,
} from '../../../../spi/index.ts';
import {
  agg,
  aggregate,
  aggregateCall,
  as,
  BIGINT,
  call,
  col,
  filter,
  INTEGER,
  join as joined,
  key,
  limit,
  lit,
  plan,
  scan,
  sort,
  type as typed,
} from '../../../support/plan-builder.ts';
import { bound } from '../../../support/parquet-tables.ts';
import { processesBelow } from '../../../support/process-tree.ts';
import { createSilentLog } from '../../../support/silent-log.ts';
import { type EventRow, eventFrames, SECOND_US } from './view/event-frames.ts';

// Processes come up slowly on a busy machine.
vi.setConfig({ testTimeout: 120_000 });

const TIMESTAMP = typed('timestamp');
const directory = mkdtempSync(join(tmpdir(), 'trivium-views-'));
let engine: ViewEngine;

beforeAll(async () => {
  const host = { tables: {} as never, log: createSilentLog(), spoolDirectory: directory, dataDirectory: directory };
  engine = (await streamPlugin.create({}, host)) as ViewEngine;
});

afterAll(async () => {
  await engine.close();
  rmSync(directory, { recursive: true });
});

const events = (first = 0) =>
  scan('events', [
    [first + 1, 'at', TIMESTAMP],
    [first + 2, 'k', INTEGER],
  ]);
const count = () => [agg(9, aggregateCall('count_star', [], BIGINT))];
const perKey = plan(aggregate(filter(events(), call('gt', [col(2), lit(0)])), [as(8, col(2))], count()));
const windowStart = call('tumble_start', [col(1, TIMESTAMP), lit(String(10 * SECOND_US), BIGINT)], TIMESTAMP);
const perWindow = plan(aggregate(events(), [as(7, windowStart), as(8, col(2))], count()), [8, 9]);

let files = 0;
const stateFile = (): string => join(directory, `state-${String((files += 1))}`);
const start = (whole: LogicalPlan, more: Partial<ViewStart> = {}): Promise<ViewRun> =>
  engine.startView({
    name: 'v',
    query: { ...bound(whole), fingerprint: JSON.stringify(whole) },
    watermarks: [null],
    stateFile: null,
    ...more,
  });
const add = (run: ViewRun, ...rows: readonly EventRow[]): Promise<void> => run.push(0, 1, eventFrames(rows));
const remove = (run: ViewRun, ...rows: readonly EventRow[]): Promise<void> => run.push(0, -1, eventFrames(rows));

async function rowsOf({ rows, frames }: ViewRows): Promise<readonly string[]> {
  const all: Uint8Array[] = [];
  for await (const frame of frames) all.push(frame);
  const texts = readRows(all).map((row) => Object.values(row).map(String).join(' '));
  expect(texts).toHaveLength(rows);
  return texts.toSorted();
}

const openOf = async ({ open }: ViewCheckpoint): Promise<readonly string[] | null> => (open === null ? null : rowsOf(open));

describe('a view keeps its result fresh', () => {
  test('as rows come and go, and says when nothing changed', async () => {
    const run = await start(perKey);
    await add(run, [1, 5], [2, 5], [3, 7], [4, -1]);
    expect(await openOf(await run.checkpoint(stateFile()))).toEqual(['5 2', '7 1']);
    await remove(run, [1, 5], [3, 7]);
    expect(await openOf(await run.checkpoint(stateFile()))).toEqual(['5 1']);
    expect(await openOf(await run.checkpoint(stateFile()))).toBeNull();
    await add(run, [9, 5]);
    await remove(run, [9, 5]);
    expect(await openOf(await run.checkpoint(stateFile()))).toBeNull();
    await run.close();
  });
});

const IN_TIME = { columnId: 1, delayUs: 5 * SECOND_US };
const lateOf = ({ late: [first] }: ViewCheckpoint): Promise<readonly string[]> => rowsOf(first!);

describe('a window that the watermark passes', () => {
  test('gives its rows as final ones once, and rows that come for it later are late', async () => {
    const run = await start(perWindow, { watermarks: [IN_TIME] });
    await add(run, [1, 5], [2, 5], [12, 5], [null, 5]);
    const first = await run.checkpoint(stateFile());
    expect(first.watermarksUs).toEqual(['7000000']);
    expect([await rowsOf(first.final), await openOf(first), await lateOf(first)]).toEqual([[], ['5 1', '5 1', '5 2'], []]);

    await add(run, [15, 5]);
    await remove(run, [1, 5]);
    const second = await run.checkpoint(stateFile());
    expect([await rowsOf(second.final), await openOf(second), await lateOf(second)]).toEqual([['5 1'], ['5 1', '5 2'], []]);

    await add(run, [9, 5], [19, 5], [null, 5]);
    await remove(run, [2, 5]);
    const third = await run.checkpoint(stateFile());
    expect([await rowsOf(third.final), await openOf(third)]).toEqual([[], ['5 2', '5 3']]);
    expect(await lateOf(third)).toEqual(['1970-01-01T00:00:02 5 -1', '1970-01-01T00:00:09 5 1']);
    await run.close();
  });

  test('is not late again when the file of its rows is rewritten', async () => {
    const run = await start(perWindow, { watermarks: [IN_TIME] });
    await add(run, [1, 5], [2, 6], [2, 6], [15, 5]);
    expect((await run.checkpoint(stateFile())).final.rows).toBe(2);
    await remove(run, [1, 5], [2, 6], [2, 6]);
    await add(run, [2, 6], [1, 5]);
    const rewritten = await run.checkpoint(stateFile());
    expect([await rowsOf(rewritten.final), await openOf(rewritten), await lateOf(rewritten)]).toEqual([
      [],
      null,
      ['1970-01-01T00:00:02 6 -1'],
    ]);
    await run.close();
  });

  test('stays closed after a restart', async () => {
    const run = await start(perWindow, { watermarks: [IN_TIME] });
    await add(run, [1, 5], [12, 5], [15, 5]);
    const file = stateFile();
    await run.checkpoint(file);
    await add(run, [13, 5]);
    await run.close();

    const again = await start(perWindow, { watermarks: [IN_TIME], stateFile: file });
    await add(again, [13, 5], [3, 5]);
    const next = await again.checkpoint(stateFile());
    expect([await rowsOf(next.final), await openOf(next), await lateOf(next)]).toEqual([[], ['5 3'], ['1970-01-01T00:00:03 5 1']]);
    await again.close();
  });
});

describe('a view that is killed', () => {
  test.each(['push', 'checkpoint'] as const)(
    'in the middle of a %s goes on from its last state, and no row is lost or counted twice',
    async (moment) => {
      const rows = Array.from({ length: 2000 }, (_, row): EventRow => [row, 1 + (row % 7)]);
      const first = await start(perKey);
      await add(first, ...rows);
      const file = stateFile();
      const before = await openOf(await first.checkpoint(file));
      if (moment === 'checkpoint') await add(first, ...rows);
      // Held, so that the call is under way when the process dies, however quick it is.
      for (const pid of processesBelow(process.pid, 'trivium-view')) process.kill(pid, 'SIGSTOP');
      const killed = moment === 'push' ? add(first, ...rows) : first.checkpoint(stateFile());
      const outcome = expect(killed).rejects.toMatchObject({ code: 'ENGINE_LOST' });
      await new Promise((resolve) => setImmediate(resolve));
      await first.close();
      await outcome;

      const again = await start(perKey, { stateFile: file });
      expect(await openOf(await again.checkpoint(stateFile()))).toBeNull();
      await add(again, ...rows);
      const doubled = before?.map((row) => row.replace(/\d+$/, (count) => String(Number(count) * 2)));
      expect(await openOf(await again.checkpoint(stateFile()))).toEqual(doubled);
      await again.close();
    },
  );
});

describe('a state file is refused', () => {
  test('when it belongs to another query', async () => {
    const run = await start(perKey);
    const file = stateFile();
    await run.checkpoint(file);
    await run.close();
    await expect(start(perWindow, { stateFile: file })).rejects.toMatchObject({ code: 'STORAGE_CORRUPT' });
  });
});

describe('a run is over', () => {
  test('when a row cannot be computed: every later call throws the same error', async () => {
    const overflow = plan(filter(events(), call('gt', [call('multiply', [col(2), lit(2_000_000_000)], INTEGER), lit(0)])));
    const run = await start(overflow);
    await expect(add(run, [1, 5])).rejects.toMatchObject({ code: 'SQL_OVERFLOW' });
    await expect(run.checkpoint(stateFile())).rejects.toMatchObject({ code: 'SQL_OVERFLOW' });
  });

  test('when its process dies, with ENGINE_LOST', async () => {
    const run = await start(perKey);
    await add(run, [1, 5]);
    await run.close();
    await expect(add(run, [1, 5])).rejects.toMatchObject({ code: 'ENGINE_LOST' });
  });

  test('when the frames fail, with their error', async () => {
    const run = await start(perKey);
    const broken = async function* (): AsyncGenerator<Uint8Array> {
      yield* eventFrames([[1, 5]]);
      throw new PlatformError('STORAGE_CORRUPT', 'a file is damaged');
    };
    await expect(run.push(0, 1, broken())).rejects.toMatchObject({ code: 'STORAGE_CORRUPT' });
    await expect(run.checkpoint(stateFile())).rejects.toMatchObject({ code: 'STORAGE_CORRUPT' });
  });

  test('when the state cannot be written', async () => {
    const run = await start(perKey);
    await expect(run.checkpoint(join(directory, 'none', 'state'))).rejects.toMatchObject({ code: 'STORAGE_IO' });
  });
});

describe('a query that cannot be kept fresh is refused by the part', () => {
  const NO_WATERMARKS = [null];
  test.each<[string, LogicalPlan, Partial<BoundQuery>, RegExp]>([
    ['an order', plan(sort(events(), key(col(2)))), {}, /ORDER BY/],
    ['a limit', plan(limit(events(), 3)), {}, /LIMIT/],
    [
      'a parameter',
      plan(filter(events(), call('lt', [col(2), { kind: 'parameter', index: 0, type: INTEGER }]))),
      { parameters: [INTEGER] },
      /parameters/,
    ],
    ['a random number', plan(events()), { deterministic: false }, /random/],
    ['the time of day', plan(filter(events(), call('lt', [col(1, TIMESTAMP), call('now', [], typed('timestamptz'))]))), {}, /'now'/],
    ['a cross join', plan(joined('cross', events(), events(20))), {}, /join:cross/],
    [
      'windows of no width',
      plan(aggregate(events(), [as(7, call('tumble_end', [col(1, TIMESTAMP), lit('0', BIGINT)], TIMESTAMP))], count())),
      {},
      /width/,
    ],
  ])('%s', async (_title, whole, more, reason) => {
    const query = { ...bound(whole), ...more };
    expect(await engine.checkView(query, NO_WATERMARKS)).toMatchObject({
      code: 'ENGINE_UNSUPPORTED',
      reason: expect.stringMatching(reason) as string,
    });
    await expect(start(whole, { query, watermarks: NO_WATERMARKS })).rejects.toMatchObject({ code: 'ENGINE_UNSUPPORTED' });
  });

  test('a watermark over a column that is no timestamp', async () => {
    expect(await engine.checkView(bound(perKey), [{ columnId: 2, delayUs: 0 }])).toMatchObject({ code: 'ENGINE_UNSUPPORTED' });
    expect(await engine.checkView(bound(perKey), [{ columnId: 1, delayUs: 0 }])).toBeNull();
  });
});
