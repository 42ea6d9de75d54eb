import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { DuckDBInstance } from '@duckdb/node-api';
import { assert } from '../../spi/index.ts';
import { findPython } from '../../test/prove/iceberg-readers/find-python.ts';
import type { Check } from '../../test/prove/proof.ts';
import { startServerProcess } from '../../test/support/server-process.ts';
import { type BenchClient, openBenchClient } from '../gateway/http-client.ts';
import { elapsedMs, measurePairs, type MedianInterval, medianInterval, ratioCheck, round } from '../measure.ts';
import { openBareCommit } from './bare-commit.ts';
import { openTableReader, type TableReader } from './table-reader.ts';

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

/** What can be measured by itself. */
export const TABLE_PARTS = ['write', 'scan', 'deletes', 'commit'] as const;

/** Measures writing, scanning (with deleted rows too) and small commits of tables beside an embedded DuckDB on bare files, or the one part that is asked for. */
export async function tableChecks(quick: boolean, log: (line: string) => void, only?: string): Promise<Check[]> {
  const root = realpathSync(mkdtempSync(join(tmpdir(), 'trivium-bench-tables-')));
  const server = await startServerProcess({
    dataDirectory: join(root, 'data'),
    settings: [`files.allowedDirectories=${root}`, 'limits.queryTimeoutMs=900000'],
  });
  const client = openBenchClient(server);
  const duckdb = await DuckDBInstance.create(':memory:', { threads: String(availableParallelism()) });
  const peer = await duckdb.connect();
  const reader = openTableReader(join(root, 'data', 'warehouse'));
  const bench: TableBench = {
    root,
    pairs: quick ? 7 : 15,
    run: (sql) => client.run(sql, { accept: 'application/json', cached: false }),
    peer: (sql) => peer.run(sql),
    reader,
    log,
  };
  try {
    const rows = quick ? 4_000_000 : 16_000_000;
    const measure: Readonly<Record<(typeof TABLE_PARTS)[number], () => Promise<Check[]>>> = {
      write: () => writeChecks(bench),
      scan: () => scanChecks(bench, rows),
      deletes: () => deletedChecks(bench, rows),
      commit: () => commitChecks(bench, client, quick ? 50 : 200),
    };
    const checks: Check[] = [];
    for (const part of TABLE_PARTS) if (only === undefined || only === part) checks.push(...(await measure[part]()));
    return checks;
  } finally {
    await reader.close();
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
  readonly reader: TableReader;
  readonly log: (line: string) => void;
}

async function writeChecks({ root, pairs, run, peer, log }: TableBench): Promise<Check[]> {
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
  const write = ratioCheck(
    'write',
    measured,
    WRITE_RATIO_MAX,
    'INSERT OVERWRITE .. SELECT over HTTP, synced and committed; the peer is one COPY of an embedded DuckDB, not synced',
  );
  return [write, await pyicebergCheck(root, source, measured.ours.median)];
}

/** PyIceberg replaces the rows of a table by those of the same file, in a process of its own. */
async function pyicebergCheck(root: string, source: string, oursMs: number): Promise<Check> {
  const directory = join(root, 'pyiceberg');
  for (const folder of ['metadata', 'data']) mkdirSync(join(directory, folder), { recursive: true });
  const script = fileURLToPath(new URL('./write_rows.py', import.meta.url));
  const { stdout } = await promisify(execFile)(await findPython(), ['-W', 'ignore', script, source, directory, '5']);
  const { writeMs, rows } = JSON.parse(stdout) as { readonly writeMs: readonly number[]; readonly rows: number };
  assert(rows === WRITE_ROWS, 'PyIceberg has written all rows');
  const peerMs = medianInterval(writeMs).median;
  return {
    id: 'pyiceberg-write-times-slower',
    value: round(peerMs / oursMs),
    unit: 'ratio',
    target: '>= 1',
    pass: peerMs >= oursMs,
    note: `PyIceberg ${String(round(peerMs))} ms, reading the same file included, not synced; ours ${String(round(oursMs))} ms`,
  };
}

async function scanChecks(bench: TableBench, rows: number): Promise<Check[]> {
  const checks: Check[] = [];
  for (const files of [1, 4, 64]) {
    bench.log(`  scanning ${String(rows)} rows in ${String(files)} files`);
    const list = await makeTable(bench, `scan_${String(files)}`, rows, files);
    const measured = await measurePairs({
      pairs: bench.pairs,
      ours: () => bench.reader.readTable(scanOf(`scan_${String(files)}`)),
      peer: () => bench.reader.readBare(scanOf(`read_parquet([${list}])`)),
    });
    checks.push(
      ratioCheck(
        `scan-of-${String(files)}`,
        measured,
        SCAN_RATIO_MAX,
        'every column aggregated, bound, planned and read as Arrow frames; the peer is read_parquet; both in this process',
      ),
    );
  }
  return checks;
}

async function deletedChecks(bench: TableBench, rows: number): Promise<Check[]> {
  bench.log(`  scanning ${String(rows)} rows of which some are deleted`);
  const list = await makeTable(bench, 'scan_deleted', rows, 4, `'write.delete.mode' = 'merge-on-read'`);
  await bench.run('DELETE FROM scan_deleted WHERE id % 20 = 7');
  const measured = await measurePairs({
    pairs: bench.pairs,
    ours: () => bench.reader.readTable(scanOf('scan_deleted')),
    peer: () => bench.reader.readBare(scanOf(`read_parquet([${list}])`)),
  });
  return [
    ratioCheck(
      'scan-with-5%-deleted',
      measured,
      DELETED_RATIO_MAX,
      'position deletes in one row of twenty; the peer reads the same rows without deletes; both in this process',
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

async function commitChecks({ root, run, log }: TableBench, client: BenchClient, count: number): Promise<Check[]> {
  log('  committing single rows');
  await run('CREATE TABLE small (id bigint, word varchar)');
  const bare = await openBareCommit(root);
  const [times, bareTimes]: [number[], number[]] = [[], []];
  for (let commit = 0; commit < count; commit++) {
    const upload = (): Promise<unknown> =>
      client.upload('/v1/tables/main/small/rows', 'application/x-ndjson', ['{"id": 1, "word": "one"}\n'], 0);
    times.push(await elapsedMs(upload));
    bareTimes.push(await elapsedMs(bare));
  }
  const [ours, disk] = [medianInterval(times), medianInterval(bareTimes)];
  const of = ({ low, high }: MedianInterval): string => `95% ${String(round(low))} to ${String(round(high))} of ${String(count)}`;
  return [
    {
      id: 'small-commit',
      value: round(ours.median),
      unit: 'ms',
      target: `<= ${String(COMMIT_MS_MAX)}`,
      pass: ours.median <= COMMIT_MS_MAX,
      note: `${of(ours)}: a row over HTTP, synced and committed when it is answered`,
    },
    {
      id: 'small-commit-disk',
      value: round(disk.median),
      unit: 'ms',
      target: 'recorded',
      pass: true,
      note: `${of(disk)}, in turn with the commits: bare files and folders as many, synced at one time, then two pages one after the other`,
    },
  ];
}
