import {
  type Catalog,
  type NamedSnapshot,
  parseSnapshotList,
  PlatformError,
  printSnapshot,
  type RelationName,
  type TableSnapshot,
} from '../../spi/index.ts';
import { sameName } from './relation-name.ts';
import { isMaterializedView } from './stream-table.ts';
import { parseTimestampTz, timestampTzMs } from './time-text.ts';

/** Which snapshots a statement reads where its text names none: those of an instant, or those of a list (other tables as they are now). */
export type ReadPin =
  /** Units: milliseconds since 1970 UTC. */
  { readonly kind: 'instant'; readonly atMs: number } | { readonly kind: 'snapshots'; readonly tables: readonly NamedSnapshot[] };

/** Reads the text of a pin: a timestamp (a wall clock reading of the zone unless it has an offset), or `schema.table@id, ..`.
 *  @throws REQUEST_INVALID */
export function parseReadPin(text: string, timeZone: string): ReadPin {
  const instant = parseTimestampTz(text.trim(), timeZone);
  return instant === null ? { kind: 'snapshots', tables: parseSnapshotList(text) } : { kind: 'instant', atMs: timestampTzMs(instant) };
}

/** Checks that every table of a list exists. A misspelt one would be read as it is now without a word.
 *  @throws CATALOG_UNKNOWN_TABLE */
export async function checkReadPin(pin: ReadPin, catalog: Catalog): Promise<void> {
  if (pin.kind === 'instant') return;
  for (const { table } of pin.tables) {
    if ((await catalog.resolve(table))?.kind === 'table') continue;
    throw new PlatformError(
      'CATALOG_UNKNOWN_TABLE',
      `The session reads ${table.schema}.${table.name} at a snapshot, but there is no such table.`,
      {
        hint: 'RESET snapshot, or set it without that table.',
      },
    );
  }
}

/** Returns how a statement finds what it reads under a pin; versions that the text names win. A materialized view whose sources are pinned is read at
 *  the snapshot that was made of just these.
 *  @throws CATALOG_UNKNOWN_SNAPSHOT */
export function resolvePinned(catalog: Catalog, pin: ReadPin): Catalog['resolve'] {
  return async (name, at) => {
    const found = await catalog.resolve(name, at);
    if (found?.kind !== 'table' || at !== undefined) return found;
    if (pin.kind === 'instant') {
      // A table that was never written had no rows then either.
      return found.snapshotId === null ? found : catalog.resolve(name, { kind: 'timestamp', atMs: pin.atMs });
    }
    const snapshotId = await pinnedSnapshotOf(found, pin.tables, catalog);
    if (snapshotId === undefined) return found;
    if (snapshotId === null) return { ...found, snapshotId, rows: 0, bytes: 0, files: 0 };
    return catalog.resolve(name, { kind: 'snapshot', snapshotId });
  };
}

/** Returns the snapshot that a list gives to a table: null for the time before its first, undefined when it says nothing. */
async function pinnedSnapshotOf(
  table: TableSnapshot,
  tables: readonly NamedSnapshot[],
  catalog: Catalog,
): Promise<string | null | undefined> {
  const { ref } = table;
  const listed = tables.find((entry) => sameRelation(entry.table, ref));
  if (listed !== undefined) return listed.snapshotId;
  if (!isMaterializedView(table)) return undefined;
  const checkpoints = (await catalog.history(ref)).flatMap(({ snapshotId, summary }) => {
    const offsets = summary['trivium.offsets'];
    return offsets === undefined ? [] : [{ snapshotId, offsets: parseSnapshotList(offsets) }];
  });
  const wanted: NamedSnapshot[] = [];
  for (const { table: name } of checkpoints.at(-1)?.offsets ?? []) {
    const source = await catalog.resolve(name);
    const snapshotId = source?.kind === 'table' ? await pinnedSnapshotOf(source, tables, catalog) : undefined;
    if (snapshotId !== undefined) wanted.push({ table: name, snapshotId });
  }
  if (wanted.length === 0) return undefined;
  const match = checkpoints.findLast(({ offsets }) => wanted.every((one) => offsets.some((offset) => isSame(one, offset))));
  if (match !== undefined) return match.snapshotId;
  const named = wanted.map(printSnapshot).join(', ');
  throw new PlatformError('CATALOG_UNKNOWN_SNAPSHOT', `The materialized view ${ref.schema}.${ref.name} has no result for ${named}.`, {
    hint: 'Its history tells for which snapshots of its sources it has one (trivium.offsets); its query over the sources answers for any.',
  });
}

const isSame = (left: NamedSnapshot, right: NamedSnapshot): boolean =>
  left.snapshotId === right.snapshotId && sameRelation(left.table, right.table);

const sameRelation = (left: RelationName, right: RelationName): boolean =>
  sameName(left.schema, right.schema) && sameName(left.name, right.name);
