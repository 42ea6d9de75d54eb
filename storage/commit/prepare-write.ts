import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { assert, type CommitResult, type Field, PlatformError } from '../../spi/index.ts';
import { findTable } from '../catalog/find-table.ts';
import { nameTaken, streamTable, unknownSchema, wrongKind } from '../catalog/unknown-name.ts';
import type { NameReader, RelationPointer } from '../catalog-store/catalog-store.ts';
import type { CommitterParts } from '../committer/committer-parts.ts';
import type { StagedWrite } from '../committer/committer-request.ts';
import { onBranch } from '../iceberg/metadata/branch-metadata.ts';
import type { TableMetadata } from '../iceberg/metadata/table-metadata.ts';
import { newChecksums } from './checksum-file.ts';
import { newDataManifest } from './new-data-manifest.ts';
import { newTableMetadata } from './new-table-metadata.ts';
import { PendingSyncs } from './pending-syncs.ts';
import { type SealedFile, sealDataFiles } from './seal-data-files.ts';
import { syncDirectories } from './sync-directories.ts';
import type { NewManifest } from './store-manifest.ts';

/** The table as an attempt of a commit finds it; the location is null for a table that is only now made. */
export interface CommitBase {
  /** As if the branch that is written to were the table itself. */
  readonly metadata: TableMetadata;
  /** The table with its branches as they are; left out where the write goes to the table itself. */
  readonly stored?: TableMetadata;
  readonly location: string | null;
}

/** What all attempts of a commit share. */
export interface PreparedWrite {
  readonly write: StagedWrite;
  readonly snapshotId: bigint;
  readonly sealed: readonly SealedFile[];
  readonly manifest: NewManifest | null;
  /** The staged files, the manifest and the checksums, on their way to the disk or about to be. */
  readonly syncs: PendingSyncs;
}

/** Checks the staged files, and begins to make them durable and to write what does not depend on the snapshot that the write is built on.
 *  @throws STORAGE_CONFLICT when the table's columns have changed since the write began, STORAGE_CORRUPT, STORAGE_IO */
export async function prepareWrite(parts: CommitterParts, write: StagedWrite, metadata: TableMetadata): Promise<PreparedWrite> {
  const { files } = parts;
  const schema = metadata.schemas.get(write.schemaId);
  const spec = metadata.specs.get(write.specId);
  if (schema === undefined || spec === undefined) throw columnsChanged(write);
  checkSchema(write, metadata);
  await files.makeDirectory(join(write.tableDirectory, 'metadata'));
  const written = write.writtenFields === undefined ? schema : { ...schema, fields: write.writtenFields };
  const snapshotId = newSnapshotId();
  const syncs = new PendingSyncs();
  try {
    const sealed = await sealDataFiles(files, write.tableDirectory, write.fragments, syncs);
    const layout = { formatVersion: metadata.formatVersion, schema: written, spec, columns: metadata.columns, exact: true };
    const added = newDataManifest(write.tableDirectory, layout, snapshotId, sealed.filter(isData));
    const checksums = newChecksums(write.tableDirectory, snapshotId, sealed);
    for (const { path, bytes } of added === null ? [checksums] : [added, checksums]) {
      // Their names are there when this returns: an attempt syncs the folder.
      await files.create(path, bytes);
      syncs.hold(() => files.sync(path));
    }
    if (write.goal === 'create') syncs.hold(() => syncDirectories(files, [write.tableDirectory], parts.warehouseDirectory));
    return { write, snapshotId, sealed, manifest: added?.manifest ?? null, syncs };
  } catch (error) {
    await syncs.ended();
    throw error;
  }
}

/** As `prepareWrite`, with all of it on the disk: for commits that prepare several writes.
 *  @throws as `prepareWrite` */
export async function prepareDurably(parts: CommitterParts, write: StagedWrite, metadata: TableMetadata): Promise<PreparedWrite> {
  const prepared = await prepareWrite(parts, write, metadata);
  await prepared.syncs.done();
  return prepared;
}

/** Checks that files which a write has staged can be read with the table's schema of now: what it added since is NULL in them, what it dropped is not
 *  read, and what it renamed or widened is found by its id. Only a column that has become NOT NULL since makes them unfit.
 *  @throws STORAGE_CONFLICT */
export function checkSchema(write: StagedWrite, { schemas, schema: current }: TableMetadata): void {
  const written = schemas.get(write.schemaId)?.fields ?? [];
  const isFilled = ({ id, initialDefault }: Field): boolean => initialDefault !== undefined && written.every((field) => field.id !== id);
  const holdsNoNull = (id: number): boolean => written.some((field) => field.id === id && !field.nullable);
  if (!current.fields.every((field) => field.nullable || holdsNoNull(field.id) || isFilled(field))) throw columnsChanged(write);
}

const columnsChanged = ({ table }: StagedWrite): PlatformError =>
  new PlatformError('STORAGE_CONFLICT', `The columns of the table ${table.name} have changed since the write began.`, {
    hint: 'Repeat the statement.',
  });

const isData = ({ file }: SealedFile): boolean => file.deletes === undefined;

/** Returns the table as it is now, or the result of a CREATE IF NOT EXISTS whose table is there already.
 *  @throws CATALOG_UNKNOWN_TABLE, CATALOG_UNKNOWN_SCHEMA, CATALOG_EXISTS, CATALOG_NOT_A_TABLE */
export async function findBase(parts: CommitterParts, write: StagedWrite): Promise<CommitBase | { readonly kept: CommitResult }> {
  const pointer = parts.store.relation(write.table);
  if (write.create !== null) {
    if (parts.store.schema(write.table.schema) === null) throw unknownSchema(parts.store, write.table.schema);
    if (pointer !== null && write.create.ifExists === 'keep') return { kept: keptTable(pointer) };
    if (pointer !== null) checkReplaceable(pointer, write.create.ifExists);
    return { metadata: newTableMetadata(write.create.spec, write.table.uuid, write.tableDirectory), location: null };
  }
  const { metadataLocation } = findPointer(parts.store, write);
  const stored = await parts.metadata.table(metadataLocation);
  const { branch } = write.table;
  if (branch === undefined) return { metadata: stored, location: metadataLocation };
  return { metadata: onBranch(stored, branch), stored, location: metadataLocation };
}

/** Returns the pointer of the table that a write goes to.
 *  @throws CATALOG_UNKNOWN_TABLE, CATALOG_UNKNOWN_SCHEMA, CATALOG_NOT_A_TABLE */
export function findPointer(
  catalog: NameReader,
  { table, stream, sameRows }: Pick<StagedWrite, 'table' | 'stream' | 'sameRows'>,
): RelationPointer {
  const pointer = findTable(catalog, table);
  assert(pointer.stream !== undefined || stream === null, 'a stream writes to its own tables alone');
  // Whoever puts the same rows into other files changes nothing that the stream knows of.
  if ((pointer.stream ?? null) !== stream && sameRows !== true) throw streamTable(pointer);
  return pointer;
}

function checkReplaceable(pointer: RelationPointer, ifExists: 'fail' | 'keep' | 'replace'): void {
  if (ifExists === 'fail') throw nameTaken(pointer.kind, pointer.name);
  if (pointer.kind !== 'table') throw wrongKind(pointer, pointer.kind);
  if (pointer.stream !== undefined) throw streamTable(pointer);
}

const keptTable = (pointer: RelationPointer): CommitResult => ({
  table: { schema: pointer.schema, name: pointer.name, uuid: pointer.uuid },
  snapshotId: '',
  rows: 0,
  repeated: true,
});

/** Returns a positive 63-bit number; random, so that writers need not agree on one. */
export function newSnapshotId(): bigint {
  return BigInt.asUintN(63, randomBytes(8).readBigUInt64BE()) || 1n;
}
