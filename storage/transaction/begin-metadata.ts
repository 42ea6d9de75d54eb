import { locationToPath, PlatformError } from '../../spi/index.ts';
import { MetadataReader } from '../catalog/metadata-reader.ts';
import type { NameReader } from '../catalog-store/catalog-store.ts';
import type { FileSystem } from '../file/file-system.ts';
import type { ManifestFile } from '../iceberg/manifest/manifest-file.ts';
import type { Manifest } from '../iceberg/manifest/read-manifest.ts';
import type { TableMetadata } from '../iceberg/metadata/table-metadata.ts';

/** What tells a table that has moved on from one that is damaged. */
export interface BeginMetadataParts {
  readonly files: Pick<FileSystem, 'size'>;
  /** The tables as they were when the transaction began. */
  readonly begun: NameReader;
  /** The tables as they are. */
  readonly names: NameReader;
}

/** Reads metadata for a transaction. Another process may have committed so often since the begin that the metadata file of then is removed: that is a
 *  conflict, and no damage. */
export class BeginMetadata extends MetadataReader {
  readonly #shared: MetadataReader;
  readonly #parts: BeginMetadataParts;

  /** @param shared reads the files, and remembers them for everybody */
  constructor(files: FileSystem, shared: MetadataReader, parts: Omit<BeginMetadataParts, 'files'>) {
    super(files);
    this.#shared = shared;
    this.#parts = { files, ...parts };
  }

  /** @throws STORAGE_CONFLICT when the file is gone because the table has changed since the begin, STORAGE_CORRUPT, STORAGE_UNSUPPORTED */
  override table(location: string): Promise<TableMetadata> {
    return this.orConflict(location, () => this.#shared.table(location));
  }

  override manifestList(location: string): Promise<readonly ManifestFile[]> {
    return this.#shared.manifestList(location);
  }

  override manifest(file: ManifestFile, table: TableMetadata): Promise<Manifest> {
    return this.#shared.manifest(file, table);
  }

  override bytes(location: string): Promise<Uint8Array> {
    return this.#shared.bytes(location);
  }

  /** Does what reads a metadata file of the begin.
   *  @throws STORAGE_CONFLICT when the file is gone because the table has changed since the begin, and what the work throws */
  async orConflict<Result>(location: string, work: () => Promise<Result>): Promise<Result> {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof PlatformError) || error.code !== 'STORAGE_CORRUPT') throw error;
      throw (await this.#conflict(location)) ?? error;
    }
  }

  async #conflict(location: string): Promise<PlatformError | null> {
    const { files, begun, names } = this.#parts;
    const pointers = begun.schemas().flatMap((schema) => begun.relations(schema));
    const pointer = pointers.find(({ metadataLocation }) => metadataLocation === location);
    if (pointer === undefined || names.relation(pointer)?.metadataLocation === location) return null;
    if ((await files.size(locationToPath(location))) !== null) return null;
    const { schema, name } = pointer;
    const message = `The table ${schema}.${name} was changed by others since BEGIN, so often that it cannot be read any more as it was then.`;
    return new PlatformError('STORAGE_CONFLICT', message, {
      hint: 'Run the whole transaction again. A table that it reads soon after BEGIN is not affected.',
      details: { schema, table: name },
    });
  }
}
