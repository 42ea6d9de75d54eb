import type { MetadataReader } from '../catalog/metadata-reader.ts';
import type { CatalogStore } from '../catalog-store/catalog-store.ts';
import type { OldMetadata } from '../commit/old-metadata.ts';
import type { Turns } from '../commit/turns.ts';
import type { FileSystem } from '../file/file-system.ts';

/** What changes of the catalog work with. */
export interface CommitterParts {
  readonly store: CatalogStore;
  readonly files: FileSystem;
  /** Absolute path of the warehouse. */
  readonly warehouseDirectory: string;
  /** Absolute path below which tables' files are. */
  readonly tablesDirectory: string;
  readonly metadata: MetadataReader;
  readonly oldMetadata: OldMetadata;
  readonly turns: Turns;
  /** Lost races after which a commit gives up. */
  readonly retriesMax: number;
}
