import { basename, dirname, join } from 'node:path';
import { locationToPath, pathToLocation } from '../../spi/index.ts';
import { specOf } from '../catalog/metadata-reader.ts';
import { writeChecksumTexts } from '../commit/checksum-file.ts';
import { digestFile } from '../file/digest-file.ts';
import { sealedId } from '../file/sealed-name.ts';
import type { JsonObject, JsonValue } from '../iceberg/json/lossless-json.ts';
import type { ManifestEntry } from '../iceberg/manifest/manifest-entry.ts';
import type { ManifestFile } from '../iceberg/manifest/manifest-file.ts';
import { readManifestList, writeManifestList } from '../iceberg/manifest/manifest-list.ts';
import { readManifest } from '../iceberg/manifest/read-manifest.ts';
import { FILE_PATH_ID } from '../iceberg/manifest/referenced-path.ts';
import { writeManifest } from '../iceberg/manifest/write-manifest.ts';
import type { Snapshot, TableMetadata } from '../iceberg/metadata/table-metadata.ts';
import type { BackupReader } from './backup-reader.ts';
import { rewritePositions } from './rewrite-positions.ts';

/** Brings the files of all snapshots of a table from a backup into a directory, and writes its lists of files anew with the new locations: those in
 *  manifests and those in position delete files. Returns the members of the table's metadata that tell the new ones.
 *  Guarantees: rows, snapshots, sequence numbers and row ids are those of the table; every file has a checksum. */
export async function relocateTable(reader: BackupReader, table: TableMetadata, from: string, directory: string): Promise<JsonObject> {
  const relocation = new Relocation(reader, table, from, directory);
  const lists = new Map<string, string>();
  for (const snapshot of table.snapshots.values()) lists.set(snapshot.manifestList, await relocation.writeList(snapshot));
  await relocation.writeChecksums();
  const snapshots = (table.json['snapshots'] as readonly JsonObject[]).map((json): JsonValue => {
    const old = json['manifest-list'];
    const list = typeof old === 'string' ? lists.get(old) : undefined;
    return list === undefined ? json : { ...json, 'manifest-list': list };
  });
  return { snapshots };
}

class Relocation {
  readonly #reader: BackupReader;
  readonly #table: TableMetadata;
  readonly #from: string;
  readonly #directory: string;
  readonly #manifests = new Map<string, ManifestFile>();
  readonly #brought = new Map<string, Promise<ManifestEntry>>();
  readonly #foreign = new Map<string, string>();
  readonly #checksums = new Map<bigint, Record<string, string>>();

  constructor(reader: BackupReader, table: TableMetadata, from: string, directory: string) {
    this.#reader = reader;
    this.#table = table;
    this.#from = from;
    this.#directory = directory;
  }

  /** Writes the list of a snapshot and the manifests of it that are not written yet, and returns the list's location. */
  async writeList({ snapshotId, parentId, sequenceNumber, manifestList, firstRowId }: Snapshot): Promise<string> {
    const bytes = await this.#reader.read(locationToPath(manifestList));
    const manifests: ManifestFile[] = [];
    for (const file of readManifestList(bytes, manifestList)) {
      const written = this.#manifests.get(file.location) ?? (await this.#writeManifest(file));
      this.#manifests.set(file.location, written);
      // What the list tells of a manifest is the list's own.
      manifests.push({ ...file, location: written.location, bytes: written.bytes });
    }
    const { formatVersion } = this.#table;
    const rowIds = typeof firstRowId === 'number' ? { firstRowId } : {};
    const list = writeManifestList({ snapshotId, parentId, sequenceNumber, formatVersion, ...rowIds }, manifests);
    return this.#write(list, `snap-${snapshotId.toString()}-${sealedId(list)}.avro`);
  }

  /** Writes the checksums of all files, where the entries' snapshots are looked for. */
  async writeChecksums(): Promise<void> {
    for (const [snapshotId, sha256] of this.#checksums)
      await writeChecksumTexts(this.#reader.fileSystem, this.#directory, snapshotId, sha256);
  }

  async #writeManifest(file: ManifestFile): Promise<ManifestFile> {
    const { columns, formatVersion } = this.#table;
    const spec = specOf(this.#table, file.specId);
    const manifest = readManifest(await this.#reader.read(locationToPath(file.location)), file, spec, columns);
    const entries: ManifestEntry[] = [];
    for (const entry of manifest.entries) {
      if (entry.status === 'deleted') entries.push({ ...entry, location: this.#newLocation(entry.location) });
      else entries.push(restated(entry, await this.#bring(entry, entry.snapshotId ?? file.addedSnapshotId)));
    }
    const bytes = writeManifest(manifest.schema, spec, entries, { columns, exact: manifest.exact, formatVersion });
    const location = await this.#write(bytes, `${sealedId(bytes)}-m4.avro`);
    return { ...file, location, bytes: bytes.byteLength };
  }

  /** Brings a data or delete file once; several manifests may name it. */
  #bring(entry: ManifestEntry, addedBy: bigint): Promise<ManifestEntry> {
    // Deletion vectors of several data files may lie in one file.
    const key = `${entry.location} ${String(entry.deletes?.vector?.offset ?? '')}`;
    const known = this.#brought.get(key) ?? this.#bringNew(entry, addedBy);
    this.#brought.set(key, known);
    return known;
  }

  async #bringNew(entry: ManifestEntry, addedBy: bigint): Promise<ManifestEntry> {
    const path = locationToPath(entry.location);
    const target = this.#newPath(path);
    const sha256 = await this.#reader.copy(path, target);
    const moved = { ...entry, location: pathToLocation(target) };
    if (entry.deletes === null || entry.deletes.content === 'equality') return this.#noted(moved, addedBy, sha256);
    const { referencedDataFile: referenced, vector } = entry.deletes;
    const deletes = { ...entry.deletes, referencedDataFile: referenced === null ? null : this.#newLocation(referenced) };
    if (vector !== null) return this.#noted({ ...moved, deletes }, addedBy, sha256);
    const bytes = await rewritePositions(target, (location) => this.#newLocation(location));
    const metrics = this.#movedMetrics(entry);
    const digest = await digestFile(this.#reader.fileSystem, moved.location);
    return this.#noted({ ...moved, bytes, metrics, deletes }, addedBy, digest);
  }

  #noted(entry: ManifestEntry, addedBy: bigint, sha256: string): ManifestEntry {
    const checksums = this.#checksums.get(addedBy) ?? {};
    checksums[entry.location] = sha256;
    this.#checksums.set(addedBy, checksums);
    return entry;
  }

  /** Bounds of paths are of use where they name one file; new paths need not be in the order of the old ones. */
  #movedMetrics({ metrics }: ManifestEntry): ManifestEntry['metrics'] {
    const [lower, upper] = [metrics.lowerBounds.get(FILE_PATH_ID), metrics.upperBounds.get(FILE_PATH_ID)];
    const isOne = lower !== undefined && upper !== undefined && Buffer.from(lower).equals(upper);
    const bound = isOne ? Buffer.from(this.#newLocation(Buffer.from(lower).toString())) : null;
    const others = (bounds: ReadonlyMap<number, Uint8Array>): ReadonlyMap<number, Uint8Array> =>
      new Map(
        [...bounds].flatMap(([id, bytes]) => (id !== FILE_PATH_ID ? [[id, bytes] as const] : bound === null ? [] : [[id, bound] as const])),
      );
    return {
      ...metrics,
      lowerBounds: others(metrics.lowerBounds),
      upperBounds: others(metrics.upperBounds),
      columnBytes: new Map(),
      splitOffsets: null,
    };
  }

  #newLocation(location: string): string {
    return pathToLocation(this.#newPath(locationToPath(location)));
  }

  #newPath(path: string): string {
    if (path.startsWith(`${this.#from}/`)) return join(this.#directory, path.slice(this.#from.length + 1));
    const folder = dirname(path);
    const known = this.#foreign.get(folder) ?? `foreign-${String(this.#foreign.size + 1)}`;
    this.#foreign.set(folder, known);
    return join(this.#directory, 'data', known, basename(path));
  }

  async #write(bytes: Uint8Array, name: string): Promise<string> {
    const path = join(this.#directory, 'metadata', name);
    await this.#reader.fileSystem.write(path, bytes);
    return pathToLocation(path);
  }
}

/** Manifests may tell one file as added and as existing. */
function restated(entry: ManifestEntry, { location, bytes, metrics, deletes }: ManifestEntry): ManifestEntry {
  return { ...entry, location, bytes, metrics, deletes };
}
