import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { encodeBatch, encodeResultSchema } from '../../engines/stream/changelog/encode-batch.ts';
import { TextPool } from '../../engines/stream/changelog/text-pool.ts';
import streamPlugin from '../../engines/stream/index.ts';
import { ViewAtWork } from '../../engines/stream/view/view-service.ts';
import { assert, type BoundQuery, type ViewEngine } from '../../spi/index.ts';
import type { Check } from '../../test/prove/proof.ts';
import { seededRandom } from '../../tck/truth/seeded-random.ts';
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
  lit,
  plan,
  scan,
  type as typed,
} from '../../test/support/plan-builder.ts';
import { createSilentLog } from '../../test/support/silent-log.ts';
import { round } from '../measure.ts';

const BATCH_ROWS = 65_536;
const BATCHES = 32;
const KEYS = 1000;
/** Time between two events, so that a second of events are a million. Units: microseconds. */
const STEP_US = 1;
const WINDOW_US = 10_000_000;
const DELAY_US = 4_000_000;
const CHECKPOINT_MS = 1000;
const TIMESTAMP = typed('timestamp');
const START_US = 1_700_000_000_000_000;

const COLUMNS = [
  { id: 1, name: 'k', type: INTEGER, nullable: false, fieldId: 1 },
  { id: 2, name: 'price', type: BIGINT, nullable: false, fieldId: 2 },
  { id: 3, name: 'at', type: TIMESTAMP, nullable: false, fieldId: 3 },
] as const;

const bids = () =>
  scan(
    'bids',
    COLUMNS.map(({ id, name, type }) => [id, name, type] as const),
  );
const windowStart = call('tumble_start', [col(3, TIMESTAMP), lit(String(WINDOW_US), BIGINT)], TIMESTAMP);
const query = plan(
  aggregate(
    filter(bids(), call('gt', [col(2, BIGINT), lit('500', BIGINT)])),
    [as(7, windowStart), as(8, col(1))],
    [agg(9, aggregateCall('count_star', [], BIGINT))],
  ),
);
const SESSION = { timeZone: 'UTC', startedAtUs: '0' };
const WATERMARK = { columnId: 3, delayUs: DELAY_US };

/** How a rate is measured. */
export interface StreamRateOptions {
  readonly quick: boolean;
  readonly seed: number;
}

/** A view as the measurement sees it. */
interface RatedView {
  push(frames: readonly Uint8Array[]): Promise<void>;
  /** Takes a checkpoint with all its rows; returns the bytes of the state. */
  checkpoint(stateFile: string): Promise<number>;
  /** CPU time that the process of the view has spent. */
  cpuMs(): number;
  close(): Promise<void>;
}

interface Rate {
  readonly events: number;
  readonly wallMs: number;
  readonly cpuMs: number;
  readonly checkpoints: number;
  readonly stateBytes: number;
}

/** Measures how many events a second one core of the stream engine takes: a filter and a count per key and tumbling window, from Arrow frames that
 *  are in memory, with a checkpoint each second (state written and synced, result taken). */
export async function measureStreamRate({ quick, seed }: StreamRateOptions): Promise<readonly Check[]> {
  const directory = mkdtempSync(join(tmpdir(), 'trivium-stream-rate-'));
  const untilMs = quick ? 4000 : 15_000;
  try {
    const bids = new BidFrames(seed);
    const scanRate = measureScan(bids);
    const inProcess = await measure(() => Promise.resolve(openHere()), bids, untilMs, directory);
    const across = await measure(() => openAcross(directory), bids, untilMs, directory);
    const rate = ({ events }: Rate, ms: number): number => events / ms / 1000;
    const cpuRate = rate(inProcess, inProcess.cpuMs);
    return [
      rateCheck(
        'stream-rate-core',
        cpuRate,
        inProcess,
        'per second of CPU time of the one process, which decodes, computes and writes the state',
      ),
      rateCheck(
        'stream-rate-process',
        rate(across, across.cpuMs),
        across,
        'per second of CPU time of the process of the view, frames sent by another',
      ),
      {
        id: 'stream-rate-scan-limit',
        value: round(scanRate / cpuRate),
        unit: 'ratio',
        target: 'the limit',
        pass: true,
        note: `reading the columns of the frames in a loop and nothing else: ${String(round(scanRate))} M events/s`,
      },
    ];
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

function rateCheck(id: string, value: number, rate: Rate, how: string): Check {
  return {
    id,
    value: round(value),
    unit: 'M events/s',
    target: '>= 3',
    pass: value >= 3,
    note: `${how}; filter and count per key (${String(KEYS)}) and 10 s window with a watermark, Arrow frames of ${String(BATCH_ROWS)} rows; ${String(rate.events)} events, ${String(rate.checkpoints)} checkpoints (one a second, state of ${String(rate.stateBytes)} bytes synced, result taken); ${String(round(rate.events / rate.wallMs / 1000))} M events/s on the clock`,
  };
}

async function measure(open: () => Promise<RatedView>, bids: BidFrames, untilMs: number, directory: string): Promise<Rate> {
  const view = await open();
  let [events, wallMs, cpuMs, checkpoints, stateBytes, sinceMs] = [0, 0, 0, 0, 0, 0];
  const timed = async (run: () => Promise<unknown>): Promise<void> => {
    const [startedMs, before] = [performance.now(), view.cpuMs()];
    await run();
    wallMs += performance.now() - startedMs;
    cpuMs += view.cpuMs() - before;
    sinceMs += performance.now() - startedMs;
  };
  const checkpoint = async (): Promise<void> => {
    stateBytes = await view.checkpoint(join(directory, `state-${String(checkpoints % 2)}`));
    checkpoints += 1;
    sinceMs = 0;
  };
  for (let round = -1; wallMs < untilMs; round += 1) {
    const frames = bids.next();
    await timed(() => view.push(frames));
    if (sinceMs >= CHECKPOINT_MS) await timed(checkpoint);
    if (round >= 0) {
      events += BATCHES * BATCH_ROWS;
      continue;
    }
    // The first round warms up.
    [wallMs, cpuMs] = [0, 0];
  }
  await timed(checkpoint);
  await view.close();
  return { events, wallMs, cpuMs, checkpoints, stateBytes };
}

function openHere(): RatedView {
  const view = new ViewAtWork(
    { plan: query, session: SESSION, scans: [COLUMNS], watermarks: [WATERMARK], fingerprint: 'rate', stateFile: null },
    null,
  );
  return {
    push: (frames) => view.push({ scan: 0, change: 1 }, inOrder(frames)),
    checkpoint: async (stateFile) => {
      const answer = await view.checkpoint({ stateFile });
      for (const part of ['final', 'open', 0] as const) take([...view.rows({ part })]);
      return answer.stateBytes;
    },
    cpuMs: ownCpuMs,
    close: () => Promise.resolve(),
  };
}

async function openAcross(directory: string): Promise<RatedView> {
  const host = { tables: {} as never, log: createSilentLog(), spoolDirectory: directory, dataDirectory: directory };
  const engine = (await streamPlugin.create({}, host)) as ViewEngine;
  const bound: BoundQuery = {
    plan: query,
    parameters: [],
    snapshots: [],
    principal: { user: 'bench' },
    session: SESSION,
    fingerprint: 'rate',
    deterministic: true,
  };
  const run = await engine.startView({ name: 'rate', query: bound, watermarks: [WATERMARK], stateFile: null });
  return {
    push: (frames) => run.push(0, 1, inOrder(frames)),
    checkpoint: async (stateFile) => {
      const { final, open, late, stateBytes } = await run.checkpoint(stateFile);
      for (const part of [final, open, ...late]) if (part !== null) for await (const frame of part.frames) take([frame]);
      return stateBytes;
    },
    cpuMs: () => childCpuMs(),
    close: async () => {
      await run.close();
      await engine.close();
    },
  };
}

function ownCpuMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

/** Units of the kernel's account of a process: hundredths of a second. */
const TICK_MS = 10;

/** Returns the CPU time of the one child process, on Linux. */
function childCpuMs(): number {
  const [child = ''] = readFileSync(`/proc/self/task/${String(process.pid)}/children`, 'utf8')
    .trim()
    .split(' ')
    .slice(-1);
  const fields = readFileSync(`/proc/${child}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
  return (Number(fields[11]) + Number(fields[12])) * TICK_MS;
}

function take(frames: readonly Uint8Array[]): void {
  for (const frame of frames) assert(frame.byteLength > 0, 'a frame has bytes');
}

async function* inOrder(frames: readonly Uint8Array[]): AsyncGenerator<Uint8Array> {
  await Promise.resolve();
  yield* frames;
}

/** Makes events of random keys and prices in the order of time. */
class BidFrames {
  readonly #keys: readonly Int32Array[];
  readonly #prices: readonly Int32Array[];
  readonly #pool = new TextPool();
  #nextUs = START_US;

  constructor(seed: number) {
    const random = seededRandom(seed);
    this.#keys = Array.from({ length: BATCHES }, () => Int32Array.from({ length: BATCH_ROWS }, () => Math.floor(random() * KEYS)));
    this.#prices = Array.from({ length: BATCHES }, () =>
      Int32Array.from({ length: BATCH_ROWS * 2 }, (_, lane) => (lane % 2 === 0 ? Math.floor(random() * 1000) : 0)),
    );
  }

  /** Returns the frames of the next events. */
  next(): readonly Uint8Array[] {
    const batches = this.#keys.map((keys, batch) =>
      encodeBatch(
        {
          rows: BATCH_ROWS,
          columns: [
            { kind: 'int32', values: keys, valid: null },
            { kind: 'int64', values: this.#prices[batch] ?? new Int32Array(0), valid: null },
            { kind: 'int64', values: this.#instants(), valid: null },
          ],
          weights: null,
        },
        COLUMNS,
        this.#pool,
      ),
    );
    return [encodeResultSchema(COLUMNS), ...batches];
  }

  #instants(): Int32Array {
    const instants = new BigInt64Array(BATCH_ROWS);
    for (let row = 0; row < BATCH_ROWS; row += 1) instants[row] = BigInt(this.#nextUs + row * STEP_US);
    this.#nextUs += BATCH_ROWS * STEP_US;
    return new Int32Array(instants.buffer);
  }
}

/** Reading all bytes of the events: what no engine can beat. Returns million events a second. */
function measureScan(bids: BidFrames): number {
  const frames = bids
    .next()
    .slice(1)
    .map((frame) => new Int32Array(frame.buffer, frame.byteOffset, frame.byteLength >> 2));
  let total = 0;
  const pass = (): void => {
    for (const lanes of frames) for (let at = 0; at < lanes.length; at += 1) total = (total + (lanes[at] as number)) | 0;
  };
  for (let warm = 0; warm < 5; warm += 1) pass();
  const times: number[] = [];
  for (let sample = 0; sample < 15; sample += 1) {
    const before = ownCpuMs();
    pass();
    times.push(ownCpuMs() - before);
  }
  assert(Number.isInteger(total), 'the scan adds up');
  const middle = times.sort((left, right) => left - right)[7] ?? Number.NaN;
  return (BATCHES * BATCH_ROWS) / middle / 1000;
}
