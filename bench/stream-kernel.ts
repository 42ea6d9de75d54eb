import { BIGINT as DUCKDB_BIGINT, DuckDBDataChunk, DuckDBInstance, INTEGER as DUCKDB_INTEGER } from '@duckdb/node-api';
import type { Batch } from '../engines/stream/changelog/batch.ts';
import { Dataflow, planDataflow } from '../engines/stream/dataflow/index.ts';
import { assert } from '../spi/index.ts';
import type { Check, Proof } from '../test/prove/proof.ts';
import { seededRandom } from '../tck/truth/seeded-random.ts';
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
} from '../test/support/plan-builder.ts';
import { medianInterval, round } from './measure.ts';

const BATCH_ROWS = 65_536;
const TIMESTAMP = typed('timestamp');
const MODE = 'CPU time of the process, one thread; batches of 65536 rows are in memory before the clock starts';

/** What the stream engine's operators do on one core, beside DuckDB and the memory. */
export const benchmark: Proof = {
  name: 'stream-kernel',
  summary: 'filter and group count over changelog batches on one core, beside DuckDB per batch and a sequential scan',
  async run({ quick, seed }) {
    const batches = makeBatches(quick ? 24 : 64, seed);
    const rows = batches.length * BATCH_ROWS;
    return [
      ...(await measureDuckdb(batches, rows)),
      rateCheck('tumble-count', rows, await sampleCpuMs(15, () => runIncrementally(tumbleCount(), batches)), 3),
      rateCheck('many-groups', rows, await sampleCpuMs(9, () => runIncrementally(manyGroups(), batches)), 1),
      rateCheck('distinct-keys', rows, await sampleCpuMs(9, () => runIncrementally(distinctKeys(), batches)), 1),
      await measureScan(batches, rows),
    ];
  },
};

const events = () =>
  scan('events', [
    [1, 'k', INTEGER],
    [2, 'price', BIGINT],
    [3, 'at', TIMESTAMP],
    [4, 'id', BIGINT],
  ]);
const dear = () => filter(events(), call('gt', [col(2, BIGINT), lit('500', BIGINT)]));
const count = () => [agg(9, aggregateCall('count_star', [], BIGINT))];

const fewGroups = () => plan(aggregate(dear(), [as(8, col(1))], count()));
const tumbleCount = () =>
  plan(aggregate(dear(), [as(7, call('date_trunc', [lit('second'), col(3, TIMESTAMP)], TIMESTAMP)), as(8, col(1))], count()));
const manyGroups = () => plan(aggregate(dear(), [as(8, col(4, BIGINT))], count()));
const distinctKeys = () => plan({ kind: 'distinct', input: dear(), on: null, orderBy: [] }, [1]);

/** Events of 1000 keys, a price of 0 to 999, 100000 a second, and an id of which each occurs about four times. */
function makeBatches(count: number, seed: number): readonly Batch[] {
  const random = seededRandom(seed);
  const ids = (count * BATCH_ROWS) / 4;
  return Array.from({ length: count }, (_, index) => {
    const int64 = (value: (row: number) => number): Int32Array => {
      const values = new BigInt64Array(BATCH_ROWS);
      for (let row = 0; row < BATCH_ROWS; row += 1) values[row] = BigInt(value(row));
      return new Int32Array(values.buffer);
    };
    const startUs = 1_700_000_000_000_000 + index * BATCH_ROWS * 10;
    return {
      rows: BATCH_ROWS,
      weights: null,
      columns: [
        { kind: 'int32', values: Int32Array.from({ length: BATCH_ROWS }, () => Math.floor(random() * 1000)), valid: null },
        { kind: 'int64', values: int64(() => Math.floor(random() * 1000)), valid: null },
        { kind: 'int64', values: int64((row) => startUs + row * 10), valid: null },
        { kind: 'int64', values: int64(() => Math.floor(random() * ids)), valid: null },
      ],
    };
  });
}

/** Every batch is a micro-batch: its changes of the result go out before the next comes in. */
function runIncrementally(whole: ReturnType<typeof plan>, batches: readonly Batch[]): number {
  let changes = 0;
  const dataflow = new Dataflow(planDataflow(whole, { timeZone: 'UTC' }), {
    retractions: true,
    sink: (batch) => {
      changes += batch.rows;
    },
  });
  for (const batch of batches) {
    dataflow.push(0, batch);
    dataflow.flush();
  }
  assert(changes > 0, 'the query has a result');
  return changes;
}

/** Rows of a chunk of DuckDB. */
const CHUNK_ROWS = 2048;

function chunkOf(batch: Batch, from: number): DuckDBDataChunk {
  const chunk = DuckDBDataChunk.create([DUCKDB_INTEGER, DUCKDB_BIGINT], CHUNK_ROWS);
  const keys = chunk.getColumnVector(0);
  const prices = chunk.getColumnVector(1);
  const [key, price] = batch.columns;
  for (let row = 0; row < CHUNK_ROWS; row += 1) {
    keys.setItem(row, key?.values[from + row] ?? 0);
    prices.setItem(row, BigInt(price?.values[(from + row) * 2] ?? 0));
  }
  keys.flush();
  prices.flush();
  return chunk;
}

async function measureDuckdb(batches: readonly Batch[], rows: number): Promise<readonly Check[]> {
  const instance = await DuckDBInstance.create(':memory:', { threads: '1' });
  const connection = await instance.connect();
  await connection.run('CREATE TEMP TABLE batch (k integer, price bigint)');
  const perBatch = async (): Promise<void> => {
    const counts = new Map<number, number>();
    for (const batch of batches) {
      await connection.run('DELETE FROM batch');
      const appender = await connection.createAppender('batch');
      for (let from = 0; from < batch.rows; from += CHUNK_ROWS) appender.appendDataChunk(chunkOf(batch, from));
      appender.closeSync();
      const reader = await connection.runAndReadAll('SELECT k, count(*)::INTEGER FROM batch WHERE price > 500 GROUP BY k');
      const [keys = [], added = []] = reader.getColumns() as number[][];
      for (let row = 0; row < keys.length; row += 1) counts.set(keys[row] ?? 0, (counts.get(keys[row] ?? 0) ?? 0) + (added[row] ?? 0));
    }
  };
  const ours: number[] = [];
  const peer: number[] = [];
  for (let pair = -2; pair < 15; pair += 1) {
    const oursMs = await cpuMs(() => runIncrementally(fewGroups(), batches));
    const peerMs = await cpuMs(perBatch);
    if (pair < 0) continue;
    ours.push(oursMs);
    peer.push(peerMs);
  }
  connection.closeSync();
  const perSecond = (ms: number): number => rows / ms / 1000;
  const ratio = medianInterval(ours.map((ms, pair) => ms / (peer[pair] ?? Number.NaN)));
  return [
    {
      id: 'group-count-to-duckdb',
      value: round(ratio.median),
      unit: 'ratio',
      target: '<= 1',
      pass: ratio.median <= 1,
      note: `ours to the peer's, 95% ${String(round(ratio.low))} to ${String(round(ratio.high))} of ${String(ratio.samples)} pairs; ours ${String(round(perSecond(medianInterval(ours).median)))}, DuckDB ${String(round(perSecond(medianInterval(peer).median)))} M rows/s, which is given each batch as chunks; ${MODE}`,
    },
  ];
}

/** Returns the CPU time that the process spent, which other work on the machine lengthens less than the time on the clock. */
async function cpuMs(run: () => unknown): Promise<number> {
  const before = process.cpuUsage();
  await run();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
}

async function sampleCpuMs(count: number, run: () => unknown): Promise<readonly number[]> {
  const times: number[] = [];
  for (let sample = -2; sample < count; sample += 1) {
    const ms = await cpuMs(run);
    if (sample >= 0) times.push(ms);
  }
  return times;
}

function rateCheck(id: string, rows: number, times: readonly number[], least: number): Check {
  const rates = medianInterval(times.map((ms) => rows / ms / 1000));
  return {
    id,
    value: round(rates.median),
    unit: 'M rows/s',
    target: `>= ${String(least)}`,
    pass: rates.median >= least,
    note: `95% ${String(round(rates.low))} to ${String(round(rates.high))} of ${String(rates.samples)} runs; every batch is a micro-batch; ${MODE}`,
  };
}

/** Reading the two columns of the filter and count, and nothing else: what no engine can beat. */
async function measureScan(batches: readonly Batch[], rows: number): Promise<Check> {
  let total = 0;
  const scanAll = (): void => {
    for (const { columns } of batches) {
      for (const { values } of columns.slice(0, 2)) {
        const lanes = values as Int32Array;
        for (let at = 0; at < lanes.length; at += 1) total = (total + (lanes[at] as number)) | 0;
      }
    }
  };
  await sampleCpuMs(3, scanAll);
  const times = await sampleCpuMs(15, scanAll);
  assert(Number.isInteger(total), 'the scan adds up');
  const check = rateCheck('sequential-scan', rows, times, 1);
  return {
    ...check,
    target: 'the limit',
    note: `the two columns of the filter and count are read in a loop, and nothing else`,
  };
}
