import type { MetadataReader } from '../catalog/metadata-reader.ts';
import type { CatalogReader } from '../catalog-store/catalog-store.ts';
import type { Committer } from '../committer/committer.ts';
import type { DataService } from '../data/data-service.ts';
import type { FileSystem } from '../file/file-system.ts';
import type { WarehouseLayout } from '../warehouse-layout.ts';
import type { ProcessMark } from './process-mark.ts';

/** What writes work with. */
export interface SinkParts {
  readonly store: CatalogReader;
  readonly metadata: MetadataReader;
  readonly committer: Committer;
  readonly data: DataService;
  readonly files: FileSystem;
  readonly layout: WarehouseLayout;
  readonly mark: ProcessMark;
}
