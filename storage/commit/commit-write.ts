import { randomBytes, randomUUID } from 'node:crypto';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type CommitResult, locationToPath, pathToLocation, PlatformError } from '../../spi/index.ts';
import { nameTaken, unknownSchema, unknownTable, wrongKind } from '../catalog/unknown-name.ts';
import type { CatalogUpdate, CommittedWrite, RelationPointer } from '../catalog-store/catalog-store.ts';
import type { CommitterParts } from '../committer/committer-parts.ts';
import type { StagedWrite } from '../committer/committer-request.ts';
import { addSnapshot } from '../iceberg/metadata/change-table-metadata.ts';
import type { TableMetadata } from '../iceberg/metadata/table-metadata.ts';
import { writeManifestList } from '../iceberg/manifest/manifest-list.ts';
import { writeChecksums } from './checksum-file.ts';
import { type MergedManifests, mergeManifests } from './merge-manifests.ts';
import { newTableMetadata } from './new-table-metadata.ts';
import { type SealedFile, sealDataFiles } from './seal-data-files.ts';
import { snapshotSummary } from './snapshot-summary.ts';
import { syncDirectories } from './sync-directories.ts';
import { type NewManifest, writeDataManifest } from './write-data-manifest.ts';
import { writeTableMetadata } from './write-table-metadata.ts';

/** Units: milliseconds; the longest pause after the n-th lost race is n times this. */
const RETRY_PAUSE_MS = 5;

/** The table as an attempt of a commit finds it; the location is null for a table that is only now made. */
interface CommitBase {
  readonly metadata: TableMetadata;
  readonly location: string | null;
}

/** What all attempts of a commit share. */
interface PreparedWrite {
  readonly write: StagedWrite;
  readonly snapshotId: bigint;
  readonly sealed: readonly SealedFile[];
  readonly manifest: NewManifest | null;
}

/** Makes staged files part of a table in one step.
 *  Order: data files and metadata are written and synced first, then the pointer moves together with the idempotency key in one transaction of the
 *  catalog store. An attempt that loses the race keeps its data files and manifest and is made again on the new snapshot.
 *  An append adds to whatever snapshot is current; an overwrite replaces whatever is current.
 *  @throws STORAGE_CONFLICT, CATALOG_UNKNOWN_TABLE, CATALOG_EXISTS, STORAGE_CORRUPT, STORAGE_IO */
export async function commitWrite(parts: CommitterParts, write: StagedWrite): Promise<CommitResult> {
  const earlier = committedBefore(parts, write);
  if (earlier !== null) return earlier;
  const first = await findBase(parts, write);
  if ('kept' in first) return first.kept;
  const prepared = await prepare(parts, write, first.metadata);
  return parts.turns.take(write.table.uuid, () => commitPrepared(parts, prepared));
}

async function commitPrepared(parts: CommitterParts, prepared: PreparedWrite): Promise<CommitResult> {
  const { write } = prepared;
  for (let attempt = 0; attempt <= parts.retriesMax; attempt += 1) {
    if (attempt > 0) await sleep(Math.random() * RETRY_PAUSE_MS * Math.min(attempt, 20));
    const base = await findBase(parts, write);
    if ('kept' in base) return base.kept;
    const result = await tryCommit(parts, prepared, base);
    if (result !== null) return result;
  }
  throw new PlatformError(
    'STORAGE_CONFLICT',
    `Other commits to the table ${write.table.name} won ${String(parts.retriesMax + 1)} races in a row.`,
    {
      hint: 'Repeat the statement.',
    },
  );
}

function committedBefore(parts: CommitterParts, write: StagedWrite): CommitResult | null {
  const uuid = write.goal === 'create' ? parts.store.relation(write.table)?.uuid : write.table.uuid;
  const earlier = uuid === undefined ? null : parts.store.commit(uuid, write.idempotencyKey);
  return earlier === null ? null : resultFor(write, earlier);
}

/** The transaction that committed gets its own result, also when it asks again; its files are part of the table. */
function resultFor(write: StagedWrite, committed: CommittedWrite): CommitResult {
  return { ...committed.result, repeated: committed.transactionId !== write.transactionId };
}

async function prepare(parts: CommitterParts, write: StagedWrite, metadata: TableMetadata): Promise<PreparedWrite> {
  const { files } = parts;
  const schema = metadata.schemas.get(write.schemaId);
  const spec = metadata.specs.get(write.specId);
  if (schema === undefined || spec === undefined || metadata.schema.schemaId !== write.schemaId) {
    throw new PlatformError('STORAGE_CONFLICT', `The columns of the table ${write.table.name} have changed since the write began.`);
  }
  await files.makeDirectory(join(write.tableDirectory, 'metadata'));
  const snapshotId = newSnapshotId();
  const sealed = await sealDataFiles(files, write.tableDirectory, write.fragments);
  const [manifest] = await Promise.all([
    writeDataManifest(files, write.tableDirectory, { schema, spec }, snapshotId, sealed),
    writeChecksums(files, write.tableDirectory, snapshotId, sealed),
  ]);
  if (write.goal === 'create') await syncDirectories(files, [write.tableDirectory], parts.warehouseDirectory);
  return { write, snapshotId, sealed, manifest };
}

async function findBase(parts: CommitterParts, write: StagedWrite): Promise<CommitBase | { readonly kept: CommitResult }> {
  const pointer = parts.store.relation(write.table);
  if (write.create !== null) {
    if (parts.store.schema(write.table.schema) === null) throw unknownSchema(parts.store, write.table.schema);
    if (pointer !== null && write.create.ifExists === 'keep') return { kept: keptTable(pointer) };
    if (pointer !== null) checkReplaceable(pointer, write.create.ifExists);
    return { metadata: newTableMetadata(write.create.spec, write.table.uuid, write.tableDirectory), location: null };
  }
  if (pointer === null || pointer.uuid !== write.table.uuid) throw unknownTable(parts.store, write.table);
  if (pointer.kind !== 'table') throw wrongKind(write.table, pointer.kind);
  return { metadata: await parts.metadata.table(pointer.metadataLocation), location: pointer.metadataLocation };
}

function checkReplaceable(pointer: RelationPointer, ifExists: 'fail' | 'keep' | 'replace'): void {
  if (ifExists === 'fail') throw nameTaken(pointer.kind, pointer.name);
  if (pointer.kind !== 'table') throw wrongKind(pointer, pointer.kind);
}

const keptTable = (pointer: RelationPointer): CommitResult => ({
  table: { schema: pointer.schema, name: pointer.name, uuid: pointer.uuid },
  snapshotId: '',
  rows: 0,
  repeated: true,
});

/** Writes an attempt's files and tries to move the pointer; null when another commit was faster. */
async function tryCommit(parts: CommitterParts, prepared: PreparedWrite, base: CommitBase): Promise<CommitResult | null> {
  const { files } = parts;
  const { write, snapshotId } = prepared;
  const sequenceNumber = base.metadata.lastSequenceNumber + 1;
  const kept = await keptManifests(parts, prepared, base, sequenceNumber);
  const added = prepared.manifest === null ? [] : [{ ...prepared.manifest, sequenceNumber, minSequenceNumber: sequenceNumber }];
  const parent = base.metadata.current;
  const manifests = [...added, ...kept.manifests];
  const listBytes = writeManifestList({ snapshotId, parentId: parent?.snapshotId ?? null, sequenceNumber }, manifests);
  const listPath = join(write.tableDirectory, 'metadata', `snap-${snapshotId.toString()}-${randomUUID()}.avro`);
  const changed = addSnapshot(
    base.metadata,
    {
      snapshotId,
      parentId: parent?.snapshotId ?? null,
      sequenceNumber,
      // Time travel needs instants that grow, whatever the clock does.
      timestampMs: Math.max(Date.now(), base.metadata.lastUpdatedMs + (parent === null ? 0 : 1)),
      manifestList: pathToLocation(listPath),
      summary: snapshotSummary(write.goal, prepared.sealed, parent),
      schemaId: write.schemaId,
    },
    base.location,
  );
  const [{ location, bytes }] = await Promise.all([
    writeTableMetadata(files, write.tableDirectory, changed, base.location),
    files.write(listPath, listBytes),
  ]);
  await files.syncDirectory(dirname(listPath));
  const result = parts.store.update(null, (state) => movePointer(state, prepared, base.location, location));
  if (result !== null) {
    parts.metadata.remember(location, changed, manifests, bytes);
    return result;
  }
  const written = [listPath, locationToPath(location), ...(kept.written === null ? [] : [locationToPath(kept.written)])];
  await Promise.all(written.map((path) => files.remove(path)));
  return null;
}

/** The manifests that stay: those of the current snapshot under an append, none under anything else. */
async function keptManifests(
  parts: CommitterParts,
  prepared: PreparedWrite,
  base: CommitBase,
  sequenceNumber: number,
): Promise<MergedManifests> {
  const { write, snapshotId } = prepared;
  const { current } = base.metadata;
  if (current === null || write.goal !== 'append') return { manifests: [], written: null };
  const manifests = await parts.metadata.manifestList(current.manifestList);
  return mergeManifests(parts, write.tableDirectory, base.metadata, { snapshotId, sequenceNumber }, manifests);
}

/** The compare-and-swap, inside one write transaction of the store; null when the pointer is not the one that the attempt was built on. */
function movePointer(state: CatalogUpdate, prepared: PreparedWrite, expected: string | null, location: string): CommitResult | null {
  const { write } = prepared;
  const current = state.relation(write.table);
  if (write.create === null) {
    if (current === null || current.uuid !== write.table.uuid) return null;
    const earlier = state.commit(write.table.uuid, write.idempotencyKey);
    if (earlier !== null) return resultFor(write, earlier);
    if (current.metadataLocation !== expected) return null;
    state.putRelation({ ...current, metadataLocation: location });
  } else {
    const schema = state.schema(write.table.schema);
    if (schema === null || (current !== null && (write.create.ifExists !== 'replace' || current.kind !== 'table'))) return null;
    if (current !== null) state.removeRelation(current);
    const tableLocation = pathToLocation(write.tableDirectory);
    const { name, uuid } = write.table;
    state.putRelation({ kind: 'table', schema, name, uuid, metadataLocation: location, tableLocation });
  }
  const rows = prepared.sealed.reduce((sum, file) => sum + file.file.rows, 0);
  const result: CommitResult = { table: write.table, snapshotId: prepared.snapshotId.toString(), rows, repeated: false };
  state.putCommit(write.table.uuid, write.idempotencyKey, { transactionId: write.transactionId, result });
  return result;
}

/** A positive 63-bit number; random, so that writers need not agree on one. */
function newSnapshotId(): bigint {
  return BigInt.asUintN(63, randomBytes(8).readBigUInt64BE()) || 1n;
}
