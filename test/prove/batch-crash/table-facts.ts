import { existsSync, readdirSync } from 'node:fs';
import { join, relative } from 'node:path';
import { locationToPath } from '../../../spi/index.ts';
import { openWarehouse } from '../../../storage/index.ts';
import { closedDataService } from '../../unit/storage/fixture/closed-data-service.ts';
import { FLIGHT_STEPS, WRITTEN_TABLES } from './flight-job.ts';
import type { JobServer } from './job-server.ts';

/** Returns rows and a checksum of them, whatever their order, for each table that the flight job writes. */
export async function digestTables(jobs: JobServer, schema: string): Promise<ReadonlyMap<string, string>> {
  const digests = new Map<string, string>();
  for (const table of Object.keys(WRITTEN_TABLES)) digests.set(table, await digestTable(jobs, `${schema}.${table}`));
  return digests;
}

/** Returns rows and a checksum of them, whatever their order. */
export async function digestTable(jobs: JobServer, table: string): Promise<string> {
  const [schema = '', name = ''] = table.split('.');
  const described = await jobs.server.call(`/v1/catalog/${schema}/${name}`);
  if (!described.ok) return `not there: ${await described.text()}`;
  const { columns } = (await described.json()) as { readonly columns: readonly { readonly name: string }[] };
  const row = columns.map((column) => `coalesce(CAST(${column.name} AS varchar), '-')`).join(` || '|' || `);
  const sum = `CAST(sum(CAST('0x' || substr(md5(${row}), 1, 12) AS bigint)) AS varchar)`;
  return JSON.stringify(await jobs.ask(`SELECT /*+ ENGINE(olap), NO_CACHE */ count(*), ${sum} FROM ${table}`));
}

/** Returns the ids of the snapshots that a table has had. */
export async function snapshotsOf(jobs: JobServer, table: string): Promise<readonly string[]> {
  const rows = await jobs.ask(`SELECT CAST(snapshot_id AS varchar) FROM ${quoted(table, 'snapshots')}`);
  return rows.map(([id]) => String(id));
}

/** Tells in which tables of a schema the commits are not those that the steps of the job make, each once. */
export async function wrongCommits(jobs: JobServer, schema: string, snapshotIds: readonly (string | null)[]): Promise<readonly string[]> {
  const wrong: string[] = [];
  const there: string[] = [];
  for (const [table, count] of Object.entries(WRITTEN_TABLES)) {
    const ids = await snapshotsOf(jobs, `${schema}.${table}`);
    if (ids.length !== count) wrong.push(`${table} has ${String(ids.length)} snapshots for ${String(count)} commits`);
    there.push(...ids);
  }
  const told = snapshotIds.filter((id) => id !== null);
  if (told.length !== FLIGHT_STEPS.length - 1 || told.some((id) => !there.includes(id))) wrong.push('the job tells of other snapshots');
  return wrong;
}

/** Data files that some snapshot of a table refers to; to be asked while the server runs. */
export async function referencedFiles(jobs: JobServer, schemas: readonly string[]): Promise<ReadonlySet<string>> {
  const referenced = new Set<string>();
  for (const schema of schemas) {
    for (const table of Object.keys(WRITTEN_TABLES)) {
      for (const id of await snapshotsOf(jobs, `${schema}.${table}`)) {
        const files = await jobs.ask(`SELECT file_path FROM ${quoted(`${schema}.${table}`, 'files')} FOR VERSION AS OF ${id}`);
        for (const [uri] of files) referenced.add(locationToPath(String(uri)));
      }
    }
  }
  return referenced;
}

/** What a server that has stopped left behind once it was swept. Units: files and folders. */
export interface LeftBehind {
  readonly workFolders: number;
  readonly spooled: number;
  /** Data files that no snapshot refers to, after the sweep. */
  readonly unreferenced: number;
  /** Data files that a snapshot refers to and that are gone. */
  readonly lost: number;
  /** Staging folders that the sweep removed. */
  readonly swept: number;
}

/** Sweeps the warehouse of a server that has stopped, and looks for what is left. */
export async function lookBehind(dataDirectory: string, schemas: readonly string[], referenced: ReadonlySet<string>): Promise<LeftBehind> {
  const directory = join(dataDirectory, 'warehouse');
  const warehouse = await openWarehouse({ directory, dataService: closedDataService(), onLog: () => undefined });
  const { stagingDirectories } = await warehouse.sweep(0).finally(() => warehouse.close());
  const there = schemas.flatMap((schema) => dataFiles(join(directory, 'tables', schema)));
  const jobs = join(dataDirectory, 'jobs');
  return {
    workFolders: readdirSync(jobs).filter((jobId) => existsSync(join(jobs, jobId, 'work'))).length,
    spooled: readdirSync(join(dataDirectory, 'spool')).length,
    unreferenced: there.filter((path) => !referenced.has(path)).length,
    lost: [...referenced].filter((path) => !existsSync(path)).length,
    swept: stagingDirectories,
  };
}

function dataFiles(folder: string): readonly string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { recursive: true, withFileTypes: true, encoding: 'utf8' })
    .filter((entry) => entry.isFile() && relative(folder, entry.parentPath).split('/')[1] === 'data')
    .map((entry) => join(entry.parentPath, entry.name));
}

function quoted(table: string, facet: string): string {
  const [schema = '', name = ''] = table.split('.');
  return `${schema}."${name}$${facet}"`;
}
