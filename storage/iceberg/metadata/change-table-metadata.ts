import { assert, type Field, type PartitionSpec } from '../../../spi/index.ts';
import type { JsonObject, JsonValue } from '../json/lossless-json.ts';
import { printSchema } from '../type/schema-json.ts';
import { readTableMetadata } from './parse-table-metadata.ts';
import { snapshotsOfReferences } from './snapshots-of-references.ts';
import { printPartitionSpec } from './partition-spec-json.ts';
import type { FormatVersion, Snapshot, TableMetadata } from './table-metadata.ts';

/** Entries of the metadata log that are kept, unless the table's property says otherwise. */
const METADATA_LOG_MAX = 100;

/** A new table without a snapshot. Units: milliseconds since 1970 UTC. */
export interface NewTable {
  /** 2 when left out. */
  readonly formatVersion?: FormatVersion;
  readonly uuid: string;
  readonly location: string;
  readonly fields: readonly Field[];
  readonly lastColumnId: number;
  readonly spec: PartitionSpec;
  readonly properties: Readonly<Record<string, string>>;
  readonly createdAtMs: number;
}

/** Returns the first metadata of a table. */
export function createTableMetadata(table: NewTable): TableMetadata {
  const { formatVersion = 2 } = table;
  const json: JsonObject = {
    'format-version': formatVersion,
    'table-uuid': table.uuid,
    location: table.location,
    'last-sequence-number': 0,
    'last-updated-ms': table.createdAtMs,
    'last-column-id': table.lastColumnId,
    'current-schema-id': 0,
    schemas: [printSchema({ schemaId: 0, fields: table.fields })],
    'default-spec-id': table.spec.specId,
    'partition-specs': [printPartitionSpec(table.spec)],
    'last-partition-id': Math.max(999, ...table.spec.fields.map((field) => field.fieldId)),
    'default-sort-order-id': 0,
    'sort-orders': [{ 'order-id': 0, fields: [] }],
    properties: table.properties,
    'current-snapshot-id': -1,
    refs: {},
    snapshots: [],
    'snapshot-log': [],
    'metadata-log': [],
    ...(formatVersion === 3 ? { 'next-row-id': 0 } : {}),
  };
  return readTableMetadata(json, `The metadata of the new table ${table.uuid}`);
}

/** Returns the metadata with one more snapshot, which becomes the current one of the branch `main`. `previousLocation` is the file that the
 *  old metadata was read from, null for a table that has none yet. In version 3 the snapshot begins at the table's next row id. Of more than `snapshotsMax` snapshots the oldest are forgotten, but those that a
 *  branch or tag keeps. */
export function addSnapshot(
  metadata: TableMetadata,
  snapshot: Snapshot,
  previousLocation: string | null,
  snapshotsMax: number | null = null,
): TableMetadata {
  const { json, formatVersion, nextRowId } = metadata;
  assert(formatVersion === 2 || snapshot.firstRowId === nextRowId, 'row ids go on where those of the table end');
  const forgotten = snapshotsMax === null ? new Set<bigint>() : oldestOf(metadata, snapshotsMax - 1);
  const isKept = (entry: JsonValue): boolean => !forgotten.has(snapshotIdOf(entry));
  const changed: JsonObject = {
    ...json,
    'last-sequence-number': snapshot.sequenceNumber,
    ...currentMembers(json, snapshot.snapshotId, snapshot.timestampMs, isKept),
    snapshots: [...list(json['snapshots']).filter(isKept), printSnapshot(snapshot)],
    'metadata-log': previousLocation === null ? list(json['metadata-log']) : longerLog(metadata, previousLocation),
    ...(formatVersion === 2 ? {} : { 'next-row-id': nextRowId + (snapshot.addedRows ?? 0) }),
  };
  return readTableMetadata(changed, `The new metadata of the table ${metadata.uuid}`);
}

/** Returns changed metadata as the one that follows `previous`: with the time of the change, and with the file of the one before in its log. */
export function succeedMetadata(previous: TableMetadata, changed: TableMetadata, previousLocation: string): TableMetadata {
  const json: JsonObject = {
    ...changed.json,
    'last-updated-ms': Math.max(Date.now(), previous.lastUpdatedMs, changed.lastUpdatedMs),
    'metadata-log': longerLog({ ...previous, properties: changed.properties }, previousLocation),
  };
  return readTableMetadata(json, `The new metadata of the table ${previous.uuid}`);
}

/** Returns the metadata in version 3 of the format. Snapshots stay as they are: their rows get ids from the next snapshot on.
 *  @see Iceberg spec v3, "Row Lineage for Upgraded Tables" */
export function upgradeMetadata(metadata: TableMetadata): TableMetadata {
  return metadata.formatVersion === 3 ? metadata : withMembers(metadata, { 'format-version': 3, 'next-row-id': 0 });
}

/** Returns metadata with some members of its document replaced. */
export function withMembers(metadata: TableMetadata, members: JsonObject): TableMetadata {
  return readTableMetadata({ ...metadata.json, ...members }, `The new metadata of the table ${metadata.uuid}`);
}

/** Returns the metadata without its current snapshot in the log of snapshots that were current: a transaction replaces it before anybody sees it.
 *  @see the snapshot log of Iceberg's own transactions, which leaves out intermediate snapshots */
export function withoutCurrentLogged(metadata: TableMetadata): TableMetadata {
  const { json, current } = metadata;
  const isOther = (entry: JsonValue): boolean => snapshotIdOf(entry) !== current?.snapshotId;
  return withMembers(metadata, { 'snapshot-log': list(json['snapshot-log']).filter(isOther) });
}

/** Returns the metadata with another of its snapshots as the current one of the branch `main`. */
export function withCurrent(metadata: TableMetadata, { snapshotId }: Snapshot): TableMetadata {
  // Time travel needs instants that grow, whatever the clock does.
  const timestampMs = Math.max(Date.now(), metadata.lastUpdatedMs + 1);
  return withMembers(
    metadata,
    currentMembers(metadata.json, snapshotId, timestampMs, () => true),
  );
}

/** Returns metadata without some branches and tags; their snapshots stay. */
export function withoutReferences(metadata: TableMetadata, names: ReadonlySet<string>): TableMetadata {
  const refs = Object.entries((metadata.json['refs'] ?? {}) as JsonObject);
  return names.size === 0 ? metadata : withMembers(metadata, { refs: Object.fromEntries(refs.filter(([name]) => !names.has(name))) });
}

/** Returns metadata that knows nothing of some snapshots. */
export function withoutSnapshots(metadata: TableMetadata, expired: ReadonlySet<bigint>): TableMetadata {
  const { json } = metadata;
  const isGone = (entry: JsonValue): boolean => expired.has(snapshotIdOf(entry));
  const log = list(json['snapshot-log']);
  // An instant before a gap would be answered with the snapshot before it, which was not current then any more.
  const gap = log.findLastIndex(isGone);
  const members: Record<string, JsonValue> = {
    snapshots: list(json['snapshots']).filter((entry) => !isGone(entry)),
    'snapshot-log': log.slice(gap + 1),
  };
  for (const name of ['statistics', 'partition-statistics']) {
    if (json[name] !== undefined) members[name] = list(json[name]).filter((entry) => !isGone(entry));
  }
  return withMembers(metadata, members);
}

/** The members of the document that tell which snapshot is current since when. `isKept` chooses the entries of the log that stay. */
function currentMembers(json: JsonObject, snapshotId: bigint, timestampMs: number, isKept: (entry: JsonValue) => boolean): JsonObject {
  const refs = (json['refs'] ?? {}) as JsonObject;
  const main = (refs['main'] ?? { type: 'branch' }) as JsonObject;
  return {
    'last-updated-ms': timestampMs,
    'current-snapshot-id': snapshotId,
    refs: { ...refs, main: { ...main, 'snapshot-id': snapshotId } },
    'snapshot-log': [...list(json['snapshot-log']).filter(isKept), { 'timestamp-ms': timestampMs, 'snapshot-id': snapshotId }],
  };
}

/** Returns the snapshots that are left over when the newest are kept, and those that branches and tags keep. */
function oldestOf(metadata: TableMetadata, keptMax: number): ReadonlySet<bigint> {
  const newestFirst = [...metadata.snapshots.values()].sort((left, right) => right.sequenceNumber - left.sequenceNumber);
  const kept = snapshotsOfReferences(metadata);
  return new Set(newestFirst.slice(keptMax).flatMap(({ snapshotId }) => (kept.has(snapshotId) ? [] : [snapshotId])));
}

/** Returns the metadata files that the log of the metadata names. */
export function loggedFiles({ json }: TableMetadata): readonly string[] {
  return list(json['metadata-log']).flatMap((entry) => {
    const file = (entry as JsonObject)['metadata-file'];
    return typeof file === 'string' ? [file] : [];
  });
}

function longerLog(metadata: TableMetadata, previousLocation: string): readonly JsonValue[] {
  const kept = Number(metadata.properties['write.metadata.previous-versions-max'] ?? METADATA_LOG_MAX);
  const entry = { 'timestamp-ms': metadata.lastUpdatedMs, 'metadata-file': previousLocation };
  return [...list(metadata.json['metadata-log']), entry].slice(-Math.max(1, kept));
}

/** Returns the JSON form of a snapshot. */
export function printSnapshot(snapshot: Snapshot): JsonObject {
  return {
    'sequence-number': snapshot.sequenceNumber,
    'snapshot-id': snapshot.snapshotId,
    ...(snapshot.parentId === null ? {} : { 'parent-snapshot-id': snapshot.parentId }),
    'timestamp-ms': snapshot.timestampMs,
    summary: snapshot.summary,
    'manifest-list': snapshot.manifestList,
    ...(snapshot.schemaId === null ? {} : { 'schema-id': snapshot.schemaId }),
    ...(snapshot.firstRowId === undefined ? {} : { 'first-row-id': snapshot.firstRowId }),
    ...(snapshot.addedRows === undefined ? {} : { 'added-rows': snapshot.addedRows }),
  };
}

const list = (json: JsonValue | undefined): readonly JsonValue[] => (Array.isArray(json) ? (json as readonly JsonValue[]) : []);

const snapshotIdOf = (entry: JsonValue): bigint => BigInt((entry as JsonObject)['snapshot-id'] as bigint | number);
