import { locationToPath, type PartitionSpec, PlatformError } from '../../spi/index.ts';
import type { FileSystem } from '../file/file-system.ts';
import { parquetParts, type ParquetPart } from '../file/parquet-parts.ts';
import { readParquetFooter } from '../file/read-parquet-footer.ts';
import { readSealed } from '../file/sealed-name.ts';
import type { ManifestFile } from '../iceberg/manifest/manifest-file.ts';
import { readManifestList } from '../iceberg/manifest/manifest-list.ts';
import { type Manifest, readManifest } from '../iceberg/manifest/read-manifest.ts';
import { hasFieldIds } from '../iceberg/metadata/map-columns.ts';
import { applySucceeding, type SucceedingMetadata } from '../iceberg/metadata/succeeding-metadata.ts';
import { parseTableMetadata } from '../iceberg/metadata/parse-table-metadata.ts';
import type { TableMetadata } from '../iceberg/metadata/table-metadata.ts';
import { ByteBoundedCache } from './byte-bounded-cache.ts';

/** Units: bytes of files whose parsed form is kept, for table metadata and for manifest lists each. */
const CACHE_BYTES_MAX = 64 << 20;

/** Units: bytes of manifests in memory: enough for the entries of some 200,000 files. */
const MANIFEST_CACHE_BYTES_MAX = 256 << 20;

/** Units: bytes that an entry of a manifest list takes, about. */
const MANIFEST_FILE_BYTES = 200;

/** Units: bytes that what is known of a data file's columns takes, about, and of each of its columns without ids. */
const FILE_BYTES = 300;
const COLUMN_BYTES = 150;

/** Reads metadata files. All of them are immutable, so what was read once is kept by location. */
export class MetadataReader {
  readonly #files: FileSystem;
  readonly #tables = new ByteBoundedCache<TableMetadata>(CACHE_BYTES_MAX);
  readonly #lists = new ByteBoundedCache<readonly ManifestFile[]>(CACHE_BYTES_MAX);
  readonly #manifests = new ByteBoundedCache<Manifest>(MANIFEST_CACHE_BYTES_MAX);
  readonly #columns = new ByteBoundedCache<readonly ParquetPart[] | null>(CACHE_BYTES_MAX);

  constructor(files: FileSystem) {
    this.#files = files;
  }

  /** @throws STORAGE_CORRUPT, STORAGE_UNSUPPORTED */
  table(location: string): Promise<TableMetadata> {
    return this.#tables.get(location, () => this.#readTable(location));
  }

  async #readTable(location: string): Promise<{ readonly value: TableMetadata; readonly bytes: number }> {
    const bytes = await this.bytes(location);
    return { value: parseTableMetadata(bytes, location), bytes: bytes.byteLength };
  }

  manifestList(location: string): Promise<readonly ManifestFile[]> {
    return this.#lists.get(location, async () => {
      const bytes = await this.bytes(location);
      return { value: readManifestList(bytes, location), bytes: bytes.byteLength };
    });
  }

  manifest(file: ManifestFile, table: TableMetadata): Promise<Manifest> {
    // Entries inherit from the list's entry, which may differ between lists for one manifest.
    const key = `${file.location}#${String(file.sequenceNumber)}#${String(file.firstRowId ?? '')}`;
    return this.#manifests.get(key, async () => {
      const bytes = await this.bytes(file.location);
      const value = readManifest(bytes, file, specOf(table, file.specId), table.columns);
      return { value, bytes: value.memoryBytes };
    });
  }

  /** Returns the columns of a Parquet data file that has no field ids; null for one that has.
   *  @throws STORAGE_CORRUPT when the file is missing or damaged */
  columnsWithoutIds(location: string): Promise<readonly ParquetPart[] | null> {
    return this.#columns.get(location, async () => {
      const footer = await readParquetFooter(locationToPath(location)).catch((cause: unknown) => {
        throw new PlatformError('STORAGE_CORRUPT', `The footer of the data file ${location} cannot be read.`, {
          cause,
          details: { location },
        });
      });
      const columns = parquetParts(footer);
      return hasFieldIds(columns)
        ? { value: null, bytes: FILE_BYTES }
        : { value: columns, bytes: FILE_BYTES + footer.schema.length * COLUMN_BYTES };
    });
  }

  /** Keeps what a commit has written, if what it was built on is kept. */
  succeed(succeeding: SucceedingMetadata): void {
    const { base, location, bytes } = succeeding;
    const before = this.#tables.peek(base);
    if (before === null) return;
    const made = before.then((metadata) => ({ value: applySucceeding(metadata, succeeding), bytes }));
    // The file says what is wrong, if anything is.
    void this.#tables.get(location, () => made.catch(() => this.#readTable(location))).catch(() => undefined);
  }

  /** Keeps what was just written, since the next commit reads it. */
  remember(location: string, table: TableMetadata, manifests: readonly ManifestFile[], bytes: number): void {
    this.rememberTable(location, table, bytes);
    if (table.current !== null) this.#lists.put(table.current.manifestList, manifests, manifests.length * MANIFEST_FILE_BYTES);
  }

  /** Keeps table metadata that was just written. Units: bytes of its file. */
  rememberTable(location: string, table: TableMetadata, bytes: number): void {
    this.#tables.put(location, table, bytes);
  }

  bytes(location: string): Promise<Uint8Array> {
    return readSealed(this.#files, location);
  }
}

/** Returns a table's partition spec by id.
 *  @throws STORAGE_CORRUPT when there is none. */
export function specOf(table: TableMetadata, specId: number): PartitionSpec {
  const spec = table.specs.get(specId);
  if (spec === undefined)
    throw new PlatformError('STORAGE_CORRUPT', `The table ${table.location} has no partition spec ${String(specId)}.`);
  return spec;
}
