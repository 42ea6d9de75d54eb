import { DuckDBInstance } from '@duckdb/node-api';
import { type ArrowStream, type Connection, openDatabase } from '../runtime/duckdb/index.ts';
import type { Check, Proof } from '../test/prove/proof.ts';
import { measurePairs, quantile, ratioCheck, round, sampleMs } from './measure.ts';

const MODE = 'both in this process, one connection each';
const SMALL = 'SELECT 1 AS a';

/** What the FFI binding of DuckDB costs and gains over DuckDB's own binding for Node. */
export const benchmark: Proof = {
  name: 'binding',
  summary: "DuckDB by FFI against DuckDB's own Node binding: draining 4 columns as Arrow frames, and SELECT 1",
  async run({ quick, log }) {
    const rows = quick ? 3_000_000 : 10_000_000;
    const table = `CREATE TABLE t AS SELECT i::BIGINT AS a, i * 0.5::DOUBLE AS b, (i % 1000)::INTEGER AS c, 'name-' || (i % 1000) AS d
      FROM range(${rows}) t(i)`;
    log(`two databases of ${rows} rows`);
    const database = openDatabase({ config: { threads: '2' } });
    const ours = database.connect();
    await ours.execute(table);
    const peer = await (await DuckDBInstance.create(':memory:', { threads: '2' })).connect();
    await peer.run(table);
    const drained = await measurePairs({
      ours: async () => drain(await ours.stream('SELECT * FROM t')),
      peer: async () => {
        const result = await peer.stream('SELECT * FROM t');
        for (let chunk = await result.fetchChunk(); chunk !== null && chunk.rowCount > 0; chunk = await result.fetchChunk());
      },
    });
    log('SELECT 1');
    const checks = [
      rateCheck(rows, drained.ours.median),
      ratioCheck('drain-as-arrow-frames-against-plain-chunks', drained, 2, MODE),
      ...(await latencyChecks(ours, quick ? 2000 : 10_000)),
    ];
    peer.closeSync();
    await database.close();
    return checks;
  },
};

async function drain(stream: ArrowStream): Promise<number> {
  let bytes = 0;
  for (let frame = await stream.next(); frame !== null; frame = await stream.next()) {
    bytes += frame.byteLength;
    stream.recycle(frame);
  }
  return bytes;
}

function rateCheck(rows: number, ms: number): Check {
  const value = round(rows / ms / 1000);
  return { id: 'drain-rate', value, unit: 'M rows/s', target: '>= 10', pass: value >= 10, note: `4 columns, ${rows} rows; ${MODE}` };
}

async function latencyChecks(connection: Connection, samples: number): Promise<Check[]> {
  let distinct = 0;
  const run = async (sql: string): Promise<unknown> => drain(await connection.stream(sql));
  await sampleMs(500, () => run(SMALL));
  const kept = await sampleMs(samples, () => run(SMALL));
  const fresh = await sampleMs(samples, () => run(`SELECT 1 AS a /* ${(distinct += 1)} */`));
  return [latencyCheck('select-1-prepared-before-p50', kept, 150), latencyCheck('select-1-prepared-anew-p50', fresh, 300)];
}

function latencyCheck(id: string, times: number[], limitUs: number): Check {
  const value = round(quantile(times, 0.5) * 1000);
  return {
    id,
    value,
    unit: 'us',
    target: `<= ${limitUs}`,
    pass: value <= limitUs,
    note: `schema and batch as frames; p99 ${round(quantile(times, 0.99) * 1000)} us of ${times.length}, one at a time`,
  };
}
