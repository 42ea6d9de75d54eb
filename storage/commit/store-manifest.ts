import { join } from 'node:path';
import { type Field, type PartitionSpec, pathToLocation } from '../../spi/index.ts';
import type { FileSystem } from '../file/file-system.ts';
import { sealedId } from '../file/sealed-name.ts';
import type { FormatVersion } from '../iceberg/metadata/table-metadata.ts';
import type { EntryStatus, ManifestEntry } from '../iceberg/manifest/manifest-entry.ts';
import type { ManifestFile } from '../iceberg/manifest/manifest-file.ts';
import { partitionTypes } from '../iceberg/manifest/partition-avro.ts';
import { summarisePartitions } from '../iceberg/manifest/summarise-partitions.ts';
import { writeManifest } from '../iceberg/manifest/write-manifest.ts';
import type { TableSchema } from '../iceberg/type/schema-json.ts';

/** A manifest that is not in a list yet: its sequence numbers are those of the snapshot that takes it up. */
export type NewManifest = Omit<ManifestFile, 'sequenceNumber' | 'minSequenceNumber'>;

/** What a manifest's name ends with: files that are added, merged manifests, what a rewrite leaves, or positions deleted. */
type ManifestPurpose = 'm0' | 'm1' | 'm2' | 'm3';

/** The schema and spec of a manifest's files, and the version of its format. */
export interface ManifestLayout {
  readonly formatVersion: FormatVersion;
  readonly schema: TableSchema;
  readonly spec: PartitionSpec;
  /** All columns that the table has or had, where the spec may be made of one that the schema does not have any more; its own when left out. */
  readonly columns?: readonly Field[];
  /** Whether all of the files are known to be written with the schema. */
  readonly exact?: boolean;
}

/** The snapshot that is being made. */
export interface PendingSnapshot {
  readonly snapshotId: bigint;
  readonly sequenceNumber: number;
}

/** A manifest whose file is not written yet. */
export interface ManifestToWrite {
  readonly manifest: NewManifest;
  readonly path: string;
  readonly bytes: Uint8Array;
}

/** Writes and syncs a manifest of data files, or of delete files, in a table's directory. */
export async function storeManifest(files: FileSystem, ...given: Parameters<typeof newManifest>): Promise<NewManifest> {
  const { manifest, path, bytes } = newManifest(...given);
  await files.write(path, bytes);
  return manifest;
}

/** Returns a manifest of data files, or of delete files, that is to lie in a table's directory. */
export function newManifest(
  tableDirectory: string,
  purpose: ManifestPurpose,
  { formatVersion, schema, spec, columns = schema.fields, exact = false }: ManifestLayout,
  snapshotId: bigint,
  entries: readonly ManifestEntry[],
): ManifestToWrite {
  const bytes = writeManifest(schema, spec, entries, { columns, exact, formatVersion });
  const path = join(tableDirectory, 'metadata', `${sealedId(bytes)}-${purpose}.avro`);
  const [added, existing, deleted] = [total(entries, 'added'), total(entries, 'existing'), total(entries, 'deleted')];
  const manifest: NewManifest = {
    location: pathToLocation(path),
    bytes: bytes.byteLength,
    specId: spec.specId,
    content: entries.some((entry) => entry.deletes !== null) ? 'deletes' : 'data',
    addedSnapshotId: snapshotId,
    addedFiles: added.files,
    existingFiles: existing.files,
    deletedFiles: deleted.files,
    addedRows: added.rows,
    existingRows: existing.rows,
    deletedRows: deleted.rows,
    partitions: summarisePartitions(
      partitionTypes(spec, columns),
      entries.map((entry) => entry.partition),
    ),
    keyMetadata: null,
  };
  return { manifest, path, bytes };
}

/** Writes and syncs a manifest of files that a snapshot takes over from the one before, or lets go; those taken over keep their sequence numbers. */
export async function storeTakenOver(
  files: FileSystem,
  tableDirectory: string,
  purpose: ManifestPurpose,
  layout: ManifestLayout,
  { snapshotId, sequenceNumber }: PendingSnapshot,
  entries: readonly ManifestEntry[],
): Promise<ManifestFile> {
  const manifest = await storeManifest(files, tableDirectory, purpose, layout, snapshotId, entries);
  const existing = entries.filter((entry) => entry.status === 'existing');
  const minSequenceNumber = existing.reduce((least, entry) => Math.min(least, entry.sequenceNumber ?? 0), sequenceNumber);
  return { ...manifest, sequenceNumber, minSequenceNumber };
}

function total(entries: readonly ManifestEntry[], status: EntryStatus): { readonly files: number; readonly rows: number } {
  const counted = entries.filter((entry) => entry.status === status);
  return { files: counted.length, rows: counted.reduce((sum, entry) => sum + entry.rows, 0) };
}
