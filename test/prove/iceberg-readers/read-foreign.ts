import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PlatformError } from '../../../spi/index.ts';
import { type ServerProcess, startServerProcess } from '../../support/server-process.ts';
import type { Check } from '../proof.ts';
import type { Readers } from './open-readers.ts';
import type { ReadPlan } from './read-matrix.ts';

/** A table that another program wrote, and the rows that this program reads from it. */
interface WrittenTable {
  readonly name: string;
  readonly metadata: string;
  readonly frames: string;
  readonly deleteFiles: number;
  /** Why it could not be written; the others are left out then. */
  readonly error?: string;
}

interface Comparison {
  readonly name: string;
  readonly ours: string;
  readonly theirs: string;
  readonly dropRow?: boolean;
}

interface Compared {
  readonly name: string;
  readonly rows: number;
  readonly differences: readonly string[];
}

const ENGINES = ['olap', 'batch', 'stream'] as const;

/** Types that the engine `stream` has no columns of. */
const STREAM_LACKS = /^(varbinary|fixed|array|list|map|struct|row|uuid|time$|time\()/i;

/** Tables in Hadoop's frames of LZ4, which DuckDB does not read. */
const REFUSED = /^lz4_/;

/** Lets Spark and PyIceberg write tables, registers them with a server, and compares what each engine reads with what their writers read. */
export async function readForeign(plan: ReadPlan): Promise<readonly Check[]> {
  const folder = mkdtempSync(join(tmpdir(), 'iceberg-writers-'));
  try {
    const [spark, pyiceberg] = await writeTables(plan, folder);
    const written = [...spark, ...pyiceberg];
    const tables = written.filter(({ name }) => !REFUSED.test(name));
    const refused = written.filter(({ name }) => REFUSED.test(name));
    plan.log(`Spark wrote ${String(spark.length)} tables, PyIceberg ${String(pyiceberg.length)}`);
    const unwritten = written.filter(({ error }) => error !== undefined).map(({ name, error }) => `${name}: ${String(error)}`);
    const config = join(folder, 'server.yaml');
    writeFileSync(config, `files:\n  allowedDirectories: ['${plan.readers.sparkDirectory}', '${folder}/pyiceberg']\n`);
    const server = await startServerProcess({ dataDirectory: join(folder, 'server'), config });
    try {
      const { comparisons, failures } = await readTables(server, tables, folder);
      const outcomes = await Promise.all(comparisons.map((each) => compare(plan.readers, each)));
      const engines = ENGINES.map((engine) => engineCheck(engine, tables.length, outcomes, [...unwritten, ...failures]));
      const checks = [...engines, await refusedCheck(server, refused), deletesCheck(tables)];
      return [...checks, mutantCheck(await damaged(plan.readers, comparisons))];
    } finally {
      await server.stop();
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function writeTables({ readers, seed, quick }: ReadPlan, folder: string): Promise<[readonly WrittenTable[], readonly WrittenTable[]]> {
  const [forSpark, forPyiceberg] = [join(folder, 'spark'), join(folder, 'pyiceberg')];
  for (const each of [forSpark, forPyiceberg]) mkdirSync(each);
  return Promise.all([
    readers.spark.ask<readonly WrittenTable[]>({ do: 'write', folder: forSpark, seed, quick }),
    readers.pyiceberg.ask<readonly WrittenTable[]>({ do: 'write', folder: forPyiceberg, seed, quick }),
  ]);
}

/** Answers that cannot be compared are an outcome to report, like those that differ. */
async function compare(readers: Readers, comparison: Comparison): Promise<Compared> {
  try {
    return await readers.pyiceberg.ask<Compared>({ do: 'frames', ...comparison });
  } catch (error) {
    return { name: comparison.name, rows: 0, differences: [String(error)] };
  }
}

async function readTables(
  server: ServerProcess,
  tables: readonly WrittenTable[],
  folder: string,
): Promise<{ readonly comparisons: readonly Comparison[]; readonly failures: readonly string[] }> {
  const comparisons: Comparison[] = [];
  const failures: string[] = [];
  for (const { name, metadata, frames, error } of tables) {
    if (error !== undefined) continue;
    try {
      await register(server, name, metadata);
      const columns = await columnsOf(server, name);
      for (const engine of ENGINES) {
        const read = columns.filter(({ type }) => engine !== 'stream' || !STREAM_LACKS.test(type)).map((column) => `"${column.name}"`);
        const response = await answer(
          server,
          `SELECT /*+ ENGINE(${engine}) */ ${read.join(', ')} FROM "${name}"`,
          'application/vnd.apache.arrow.stream',
        );
        const ours = join(folder, `${name}.${engine}.arrows`);
        writeFileSync(ours, Buffer.from(await response.arrayBuffer()));
        comparisons.push({ name: `${engine}:${name}`, ours, theirs: frames });
      }
    } catch (cause) {
      failures.push(`${name}: ${String(cause)}`);
    }
  }
  return { comparisons, failures };
}

/** What is not read is refused by every engine with a code, whatever the rest of the table is. */
async function refusedCheck(server: ServerProcess, tables: readonly WrittenTable[]): Promise<Check> {
  const wrong: string[] = [];
  for (const { name, metadata } of tables) {
    await register(server, name, metadata);
    for (const engine of ENGINES) {
      const response = await server.sql(`SELECT /*+ ENGINE(${engine}) */ id, word FROM "${name}"`);
      const { code } = (await response.json()) as { readonly code?: string };
      if (code !== 'STORAGE_UNSUPPORTED') wrong.push(`${engine}:${name}: ${String(code)}`);
    }
  }
  const asked = tables.length * ENGINES.length;
  return {
    id: 'theirs-in-another-compression-refused',
    value: asked - wrong.length,
    unit: 'answers',
    target: `${String(asked)} of ${String(asked)}`,
    pass: wrong.length === 0,
    note:
      wrong.length === 0
        ? `STORAGE_UNSUPPORTED for ${tables.map(({ name }) => name).join(', ') || 'no table in this mode'}`
        : wrong.join(' | '),
  };
}

async function register(server: ServerProcess, name: string, metadata: string): Promise<void> {
  await answer(server, `CALL system.register_table('${name}', '${metadata.replace(/^file:(\/\/)?/, '')}')`);
}

async function columnsOf(server: ServerProcess, table: string): Promise<readonly { readonly name: string; readonly type: string }[]> {
  const response = await answer(server, `SELECT * FROM "${table}" LIMIT 0`);
  return ((await response.json()) as { columns: { name: string; type: string }[] }).columns;
}

/** Stored results are out, and the hint is an order: the engine that is named answers, or nobody. */
async function answer(server: ServerProcess, sql: string, accept?: string): Promise<Response> {
  const body = { session: { resultCache: 'off', freshViews: 'off' } };
  const response = await server.sql(sql, accept === undefined ? { body } : { body, accept });
  if (response.ok) return response;
  throw new PlatformError('INTERNAL_INVARIANT', `${sql}: ${(await response.text()).slice(0, 400)}`);
}

function engineCheck(engine: string, tables: number, outcomes: readonly Compared[], failures: readonly string[]): Check {
  const own = outcomes.filter(({ name }) => name.startsWith(`${engine}:`));
  const equal = own.filter(({ differences }) => differences.length === 0);
  const wrong = own
    .filter(({ differences }) => differences.length > 0)
    .map(({ name, differences }) => `${name}: ${differences.slice(0, 2).join('; ')}`);
  const problems = [...failures, ...wrong];
  return {
    id: `theirs-read-by-${engine}`,
    value: equal.length,
    unit: 'tables',
    target: `${String(tables)} of ${String(tables)}`,
    pass: equal.length === tables && problems.length === 0 && tables > 0,
    note: problems.length === 0 ? `${String(own.reduce((sum, { rows }) => sum + rows, 0))} rows` : problems.slice(0, 10).join(' | '),
  };
}

/** Tables without deletes would show nothing of them. */
function deletesCheck(tables: readonly WrittenTable[]): Check {
  const value = tables.filter(({ deleteFiles }) => deleteFiles > 0).length;
  return {
    id: 'theirs-with-deletes',
    value,
    unit: 'tables',
    target: '>= 4',
    pass: value >= 4,
    note: 'position deletes, deletion vectors and equality deletes',
  };
}

/** Compares a few answers again without their last row. */
function damaged(readers: Readers, comparisons: readonly Comparison[]): Promise<readonly Compared[]> {
  const olap = comparisons.filter(({ name }) => name.startsWith('olap:'));
  return Promise.all(olap.slice(0, 3).map((each) => compare(readers, { ...each, dropRow: true })));
}

function mutantCheck(outcomes: readonly Compared[]): Check {
  const value = outcomes.filter(({ differences }) => differences.length > 0).length;
  const target = `${String(outcomes.length)} of ${String(outcomes.length)}`;
  return {
    id: 'lost-row-noticed',
    value,
    unit: 'tables',
    target,
    pass: value === outcomes.length && value > 0,
    note: 'the last row of an answer taken away',
  };
}
