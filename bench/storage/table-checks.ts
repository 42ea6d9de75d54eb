import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import type { Check } from '../../test/prove/proof.ts';
import { startServerProcess } from '../../test/support/server-process.ts';
import { type BenchClient, openBenchClient } from '../gateway/http-client.ts';
import { measurePairs, medianInterval, ratioCheck, round, sampleMs } from '../measure.ts';

const WRITE_ROWS = 2_000_000;
const WRITE_RATIO_MAX = 1 / 0.9;
const SCAN_RATIO_MAX = 1 / 0.95;
const DELETED_RATIO_MAX = 1 / 0.7;
const COMMIT_MS_MAX = 20;

/** Ten columns of the kinds that tables of events have, decided by the row's number. */
const SOURCE = `SELECT i AS id, TIMESTAMP '2024-01-01' + to_seconds(i * 7 % 31536000) AS happened_at, (hash(i) % 100000)::INTEGER AS user_id,
  ['view', 'click', 'buy', 'return'][(hash(i + 1) % 4 + 1)::BIGINT] AS kind, 'item ' || (hash(i + 2) % 5000) AS item, (hash(i + 3) % 10000 / 100)::DECIMAL(12,2) AS price,
  (hash(i + 4) % 9)::INTEGER AS quantity, (hash(i + 5) % 1000000) / 7.0 AS score, DATE '2024-01-01' + (hash(i + 6) % 366)::INTEGER AS day, hash(i + 7) % 2 = 0 AS flag`;

const COLUMNS =
  'id bigint, happened_at timestamp, user_id integer, kind varchar, item varchar, price decimal(12,2), quantity integer, score double, day date, flag boolean';

/** Looks at every column of every row. */
const scanOf = (from: string): string =>
  `SELECT sum(id), max(happened_at), sum(user_id), max(kind), max(item), sum(price), sum(quantity), sum(score), max(day), count(flag) FROM ${from}`;

/** Measures writing, scanning and small commits of tables beside an embedded DuckDB on bare files. */
export async function tableChecks(quick: boolean, log: (line: string) => void): Promise<Check[]> {
  const root = realpathSync(mkdtempSync(join(tmpdir(), 'trivium-bench-tables-')));
  const server = await startServerProcess({
    dataDirectory: join(root, 'data'),
    settings: [`files.allowedDirectories=${root}`, 'limits.queryTimeoutMs=900000'],
  });
  const client = openBenchClient(server);
  const duckdb = await DuckDBInstance.create(':memory:', { threads: String(availableParallelism()) });
  const peer = await duckdb.connect();
  const bench: TableBench = {
    root,
    pairs: quick ? 7 : 15,
    run: (sql) => client.run(sql, { accept: 'application/json', cached: false }),
    peer: (sql) => peer.run(sql),
    log,
  };
  try {
    return [
      await writeCheck(bench),
      ...(await scanChecks(bench, quick ? 4_000_000 : 16_000_000)),
      await commitCheck(bench, client, quick ? 50 : 200),
    ];
  } finally {
    peer.closeSync();
    duckdb.closeSync();
    client.close();
    await server.stop();
    rmSync(root, { recursive: true, force: true });
  }
}

interface TableBench {
  readonly root: string;
  readonly pairs: number;
  readonly run: (sql: string) => Promise<unknown>;
  readonly peer: (sql: string) => Promise<unknown>;
  readonly log: (line: string) => void;
}

async function writeCheck({ root, pairs, run, peer, log }: TableBench): Promise<Check> {
  log('  writing two million rows of ten columns');
  const source = join(root, 'source.parquet');
  await peer(`COPY (${SOURCE} FROM range(${String(WRITE_ROWS)}) r(i)) TO '${source}' (FORMAT parquet, COMPRESSION zstd)`);
  await run(`CREATE TABLE source (${COLUMNS})`);
  await run(`COPY source FROM '${source}' (FORMAT parquet)`);
  await run(`CREATE TABLE target (${COLUMNS})`);
  const measured = await measurePairs({
    pairs,
    ours: () => run('INSERT OVERWRITE target SELECT * FROM source'),
    peer: () => peer(`COPY (SELECT * FROM read_parquet('${source}')) TO '${join(root, 'out.parquet')}' (FORMAT parquet, COMPRESSION zstd)`),
  });
  return ratioCheck(
    'write',
    measured,
    WRITE_RATIO_MAX,
    'INSERT OVERWRITE .. SELECT over HTTP, synced and committed; the peer is one COPY of an embedded DuckDB',
  );
}

async function scanChecks(bench: TableBench, rows: number): Promise<Check[]> {
  const checks: Check[] = [];
  for (const files of [1, 4, 64]) {
    bench.log(`  scanning ${String(rows)} rows in ${String(files)} files`);
    const list = await makeTable(bench, `scan_${String(files)}`, rows, files);
    const measured = await measurePairs({
      pairs: bench.pairs,
      ours: () => bench.run(scanOf(`scan_${String(files)}`)),
      peer: () => bench.peer(scanOf(`read_parquet([${list}])`)),
    });
    checks.push(
      ratioCheck(
        `scan-of-${String(files)}`,
        measured,
        SCAN_RATIO_MAX,
        'every column aggregated, over HTTP; the peer is read_parquet of an embedded DuckDB',
      ),
    );
  }
  const list = await makeTable(bench, 'scan_deleted', rows, 4, `'write.delete.mode' = 'merge-on-read'`);
  await bench.run('DELETE FROM scan_deleted WHERE id % 20 = 7');
  const measured = await measurePairs({
    pairs: bench.pairs,
    ours: () => bench.run(scanOf('scan_deleted')),
    peer: () => bench.peer(scanOf(`read_parquet([${list}])`)),
  });
  return [
    ...checks,
    ratioCheck(
      'scan-with-5%-deleted',
      measured,
      DELETED_RATIO_MAX,
      'position deletes in one row of twenty; the peer reads the same files without deletes',
    ),
  ];
}

/** Makes a table of as many data files, and returns the files that the peer reads: the same rows, written by itself. */
async function makeTable({ root, run, peer }: TableBench, name: string, rows: number, files: number, property = ''): Promise<string> {
  await run(`CREATE TABLE ${name} (${COLUMNS})${property === '' ? '' : ` WITH (${property})`}`);
  const paths: string[] = [];
  for (let file = 0; file < files; file++) {
    const path = join(root, `${name}-${String(file)}.parquet`);
    const range = `range(${String(Math.floor((rows * file) / files))}, ${String(Math.floor((rows * (file + 1)) / files))}) r(i)`;
    await peer(`COPY (${SOURCE} FROM ${range}) TO '${path}' (FORMAT parquet, COMPRESSION zstd)`);
    await run(`COPY ${name} FROM '${path}' (FORMAT parquet)`);
    paths.push(`'${path}'`);
  }
  return paths.join(', ');
}

async function commitCheck({ run, log }: TableBench, client: BenchClient, count: number): Promise<Check> {
  log('  committing single rows');
  await run('CREATE TABLE small (id bigint, word varchar)');
  const times = await sampleMs(count, () =>
    client.upload('/v1/tables/main/small/rows', 'application/x-ndjson', ['{"id": 1, "word": "one"}\n'], 0),
  );
  const { median, low, high } = medianInterval(times);
  return {
    id: 'small-commit',
    value: round(median),
    unit: 'ms',
    target: `<= ${String(COMMIT_MS_MAX)}`,
    pass: median <= COMMIT_MS_MAX,
    note: `95% ${String(round(low))} to ${String(round(high))} of ${String(count)}: a row over HTTP, synced and committed when it is answered`,
  };
}
