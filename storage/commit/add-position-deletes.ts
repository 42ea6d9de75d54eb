import { assert, type PartitionSpec, pathToLocation, PlatformError } from '../../spi/index.ts';
import { specOf } from '../catalog/metadata-reader.ts';
import type { CommitterParts } from '../committer/committer-parts.ts';
import type { StagedWrite } from '../committer/committer-request.ts';
import { type FileMetrics, type ManifestEntry, NO_METRICS } from '../iceberg/manifest/manifest-entry.ts';
import type { ManifestFile } from '../iceberg/manifest/manifest-file.ts';
import { FILE_PATH_ID, POS_ID } from '../iceberg/manifest/referenced-path.ts';
import type { TableMetadata } from '../iceberg/metadata/table-metadata.ts';
import { valueToBytes } from '../iceberg/value/value-bytes.ts';
import { textToValue } from '../iceberg/value/value-text.ts';
import { filesGone } from './remove-data-files.ts';
import type { SealedFile } from './seal-data-files.ts';
import { type PendingSnapshot, storeManifest } from './store-manifest.ts';

/** Writes and syncs manifests of the staged files that list positions, or hold deletion vectors: one for each spec of the data files that they are of, whose partitions they share.
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
  checkForm(write, table, sealed);
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

/** Version 2 has no deletion vectors, and version 3 takes no more position delete files. A data file has one vector at most.
 *  @throws STORAGE_CONFLICT when the table has come to another version since the write began */
function checkForm(write: StagedWrite, { formatVersion }: TableMetadata, sealed: readonly SealedFile[]): void {
  const deletes = sealed.filter(({ file }) => file.deletes !== undefined);
  if (deletes.some(({ file }) => (file.vector !== undefined) !== (formatVersion === 3))) {
    throw new PlatformError('STORAGE_CONFLICT', `The table ${write.table.name} has come to another format version since the write began.`, {
      hint: 'Repeat the statement.',
    });
  }
  const vectors = deletes.flatMap(({ file }) => (file.vector === undefined ? [] : [file.deletes]));
  assert(new Set(vectors).size === vectors.length, 'a data file gets one deletion vector');
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

function deleteEntry(sealed: SealedFile, location: string, target: ManifestEntry, { snapshotId }: PendingSnapshot): ManifestEntry {
  assert(target.deletes === null, 'positions are those of a data file');
  const { file, path } = sealed;
  const facts = { content: 'position', equalityIds: [], referencedDataFile: location } as const;
  const entry = {
    status: 'added' as const,
    snapshotId,
    sequenceNumber: null,
    fileSequenceNumber: null,
    location: pathToLocation(path),
    partition: target.partition,
    bytes: file.bytes,
  };
  if (file.vector === undefined) {
    return {
      ...entry,
      format: 'PARQUET',
      rows: file.rows,
      metrics: positionMetrics(sealed, location),
      deletes: { ...facts, vector: null },
    };
  }
  const { offset, length, rows } = file.vector;
  return { ...entry, format: 'PUFFIN', rows, metrics: NO_METRICS, deletes: { ...facts, vector: { offset, length } } };
}

/** Bounds of the path are whole, so that readers see that the file is about one data file; versions of the format that know it are told besides. */
function positionMetrics({ file }: SealedFile, location: string): FileMetrics {
  const name = Buffer.from(location);
  const bounds = file.columns.find(({ fieldId }) => fieldId === POS_ID);
  const position = (text: string | undefined): readonly (readonly [number, Uint8Array])[] => {
    const value = text === undefined ? null : textToValue(BIGINT, text);
    return value === null ? [] : [[POS_ID, valueToBytes(BIGINT, value)]];
  };
  return {
    ...NO_METRICS,
    valueCounts: new Map(file.columns.map(({ fieldId, valueCount }) => [fieldId, valueCount])),
    lowerBounds: new Map([[FILE_PATH_ID, name], ...position(bounds?.lowerBound)]),
    upperBounds: new Map([[FILE_PATH_ID, name], ...position(bounds?.upperBound)]),
  };
}

const BIGINT = { kind: 'bigint' } as const;
