import { join, relative, sep } from 'node:path';
import type { CommitterParts } from '../committer/committer-parts.ts';
import { locationToPath } from '../../spi/index.ts';
import { layoutOf } from '../warehouse-layout.ts';
import { liveProcesses } from './live-processes.ts';
import { newestChangeMs } from './newest-change.ts';
import { referencedDirectories } from './referenced-directories.ts';

/** What a sweep removed: staging directories of abandoned writes, and whole tables that were dropped or never came to be. */
export interface SweepResult {
  readonly stagingDirectories: number;
  readonly tableDirectories: number;
}

/** Removes what no table refers to and nobody has touched for a time.
 *  Guarantees: a directory goes only when no snapshot of any table names a file in it, its newest file is older than `olderThanMs`, and
 *  no running process of this machine has a write transaction open in it. */
export async function sweepWarehouse(parts: CommitterParts, olderThanMs: number): Promise<SweepResult> {
  const beforeMs = Date.now() - olderThanMs;
  const live = await liveProcesses(parts.files, layoutOf(parts.warehouseDirectory).processesDirectory);
  // Dropped tables are read first: one that is dropped from here on is not swept this time.
  const dropped = new Map(parts.store.dropped().map((table) => [locationToPath(table.tableLocation), table]));
  const relations = parts.store.schemas().flatMap((schema) => parts.store.relations(schema));
  const known = new Map(relations.map((relation) => [locationToPath(relation.tableLocation), relation]));
  let stagingDirectories = 0;
  let tableDirectories = 0;
  for (const schema of await directories(parts, parts.tablesDirectory)) {
    for (const table of await directories(parts, schema)) {
      const relation = known.get(table);
      if (relation !== undefined) {
        if (relation.kind === 'table') stagingDirectories += await sweepTable(parts, table, relation.metadataLocation, live, beforeMs);
        continue;
      }
      const forgotten = dropped.get(table);
      const untouchedMs = Math.max(forgotten?.droppedAtMs ?? 0, await newestChangeMs(parts.files, table));
      if (untouchedMs >= beforeMs || (await holdsLive(parts, table, live))) continue;
      if (forgotten !== undefined && !claim(parts, forgotten.uuid)) continue;
      await parts.files.remove(table);
      tableDirectories += 1;
    }
  }
  return { stagingDirectories, tableDirectories };
}

/** Takes a dropped table off the list, so that nobody takes it back from here on; false when somebody has. A folder that is left over when the sweep is
 *  interrupted is one of no table, and goes the next time. */
function claim(parts: CommitterParts, uuid: string): boolean {
  return parts.store.update(null, (state) => {
    const isThere = state.dropped().some((table) => table.uuid === uuid);
    if (isThere) state.removeDropped(uuid);
    return isThere;
  });
}

async function sweepTable(
  parts: CommitterParts,
  table: string,
  metadataLocation: string,
  live: ReadonlySet<string>,
  beforeMs: number,
): Promise<number> {
  const old: string[] = [];
  for (const staging of await directories(parts, join(table, 'data'))) {
    if (isStagingOf(staging, live) || (await newestChangeMs(parts.files, staging)) >= beforeMs) continue;
    old.push(staging);
  }
  if (old.length === 0) return 0;
  // Files of a partition lie in a directory of their own below the one that they were staged in.
  const data = join(table, 'data');
  const referenced = new Set<string>();
  for (const directory of await referencedDirectories(parts.files, metadataLocation)) {
    referenced.add(join(data, relative(data, directory).split(sep)[0] ?? ''));
  }
  const orphans = old.filter((staging) => !referenced.has(staging));
  for (const staging of orphans) await parts.files.remove(staging);
  return orphans.length;
}

async function holdsLive(parts: CommitterParts, table: string, live: ReadonlySet<string>): Promise<boolean> {
  return (await directories(parts, join(table, 'data'))).some((staging) => isStagingOf(staging, live));
}

/** Returns whether a directory is one in which a running process stages files: they are named `<process>_<transaction>-<task>-<attempt>`. */
export function isStagingOf(staging: string, live: ReadonlySet<string>): boolean {
  const name = staging.slice(staging.lastIndexOf('/') + 1);
  return live.has(name.slice(0, name.indexOf('_')));
}

async function directories(parts: CommitterParts, path: string): Promise<string[]> {
  return (await parts.files.list(path)).filter((entry) => entry.isDirectory).map((entry) => join(path, entry.name));
}
