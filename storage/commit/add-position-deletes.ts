import { assert, type PartitionSpec, pathToLocation, PlatformError } from '../../spi/index.ts';
import { specOf } from '../catalog/metadata-reader.ts';
import type { CommitterParts } from '../committer/committer-parts.ts';
import type { StagedWrite } from '../committer/committer-request.ts';
import type { ManifestEntry } from '../iceberg/manifest/manifest-entry.ts';
import type { ManifestFile } from '../iceberg/manifest/manifest-file.ts';
import { FILE_PATH_ID, POS_ID } from '../iceberg/manifest/referenced-path.ts';
import type { TableMetadata } from '../iceberg/metadata/table-metadata.ts';
import { valueToBytes } from '../iceberg/value/value-bytes.ts';
import { textToValue } from '../iceberg/value/value-text.ts';
import { filesGone } from './remove-data-files.ts';
import type { SealedFile } from './seal-data-files.ts';
import { type PendingSnapshot, storeManifest } from './store-manifest.ts';

/** Writes and syncs manifests of the staged files that list positions: one for each spec of the data files that they are of, whose partitions they share.
 *  @throws STORAGE_CONFLICT when one of those data files is not live in the manifests */
export async function addPositionDeletes(
  parts: CommitterParts,
  write: StagedWrite,
  table: TableMetadata,
  snapshot: PendingSnapshot,
  manifests: readonly ManifestFile[],
  sealed: readonly SealedFile[],
): Promise<readonly ManifestFile[]> {
  const wanted = new Set(sealed.map(({ file }) => file.deletes).filter((location) => location !== undefined));
  if (wanted.size === 0) return [];
  if (table.formatVersion === 3) {
    throw new PlatformError(
      'STORAGE_UNSUPPORTED',
      `Position delete files cannot be added to ${write.table.name}, a table of format version 3.`,
      {
        hint: "Set the table's write.delete.mode, write.update.mode and write.merge.mode to 'copy-on-write'.",
      },
    );
  }
  const found = await locate(parts, table, manifests, wanted);
  const bySpec = new Map<PartitionSpec, ManifestEntry[]>();
  for (const each of sealed) {
    const location = each.file.deletes;
    if (location === undefined) continue;
    const target = found.get(location);
    if (target === undefined) throw filesGone(write, location);
    const entry = deleteEntry(each, location, target.entry, snapshot);
    const entries = bySpec.get(target.spec);
    if (entries === undefined) bySpec.set(target.spec, [entry]);
    else entries.push(entry);
  }
  const added: ManifestFile[] = [];
  for (const [spec, entries] of bySpec) {
    const layout = { formatVersion: table.formatVersion, schema: table.schema, spec };
    const manifest = await storeManifest(parts.files, write.tableDirectory, 'm3', layout, snapshot.snapshotId, entries);
    added.push({ ...manifest, sequenceNumber: snapshot.sequenceNumber, minSequenceNumber: snapshot.sequenceNumber });
  }
  return added;
}

interface LocatedFile {
  readonly entry: ManifestEntry;
  readonly spec: PartitionSpec;
}

async function locate(
  parts: CommitterParts,
  table: TableMetadata,
  manifests: readonly ManifestFile[],
  wanted: ReadonlySet<string>,
): Promise<ReadonlyMap<string, LocatedFile>> {
  const found = new Map<string, LocatedFile>();
  for (const file of manifests) {
    if (file.content === 'deletes') continue;
    if (found.size === wanted.size) break;
    for (const entry of (await parts.metadata.manifest(file, table)).entries) {
      if (entry.status !== 'deleted' && wanted.has(entry.location)) found.set(entry.location, { entry, spec: specOf(table, file.specId) });
    }
  }
  return found;
}

/** Bounds of the path are whole, so that readers see that the file is about one data file; versions of the format that know it are told besides. */
function deleteEntry({ file, path }: SealedFile, location: string, target: ManifestEntry, { snapshotId }: PendingSnapshot): ManifestEntry {
  const name = Buffer.from(location);
  const bounds = file.columns.find(({ fieldId }) => fieldId === POS_ID);
  const position = (text: string | undefined): readonly (readonly [number, Uint8Array])[] => {
    const value = text === undefined ? null : textToValue(BIGINT, text);
    return value === null ? [] : [[POS_ID, valueToBytes(BIGINT, value)]];
  };
  assert(target.deletes === null, 'positions are those of a data file');
  return {
    status: 'added',
    snapshotId,
    sequenceNumber: null,
    fileSequenceNumber: null,
    location: pathToLocation(path),
    format: 'PARQUET',
    partition: target.partition,
    rows: file.rows,
    bytes: file.bytes,
    metrics: {
      columnBytes: new Map(),
      valueCounts: new Map(file.columns.map(({ fieldId, valueCount }) => [fieldId, valueCount])),
      nullCounts: new Map(),
      nanCounts: new Map(),
      lowerBounds: new Map([[FILE_PATH_ID, name], ...position(bounds?.lowerBound)]),
      upperBounds: new Map([[FILE_PATH_ID, name], ...position(bounds?.upperBound)]),
      splitOffsets: null,
    },
    deletes: { content: 'position', equalityIds: [], referencedDataFile: location, vector: null },
  };
}

const BIGINT = { kind: 'bigint' } as const;
