import type { CommitResult } from '../../spi/index.ts';
import type { MetadataReader } from '../catalog/metadata-reader.ts';
import type { CatalogReader, NameReader } from '../catalog-store/catalog-store.ts';
import type { StagedWrite } from '../committer/committer-request.ts';
import type { DataService } from '../data/data-service.ts';
import type { FileSystem } from '../file/file-system.ts';
import type { WarehouseLayout } from '../warehouse-layout.ts';
import type { ProcessMark } from './process-mark.ts';

/** What writes work with. */
export interface SinkParts {
  /** What the writes find of names and pointers. */
  readonly names: NameReader;
  readonly committed: CatalogReader['commit'];
  /** Commits a write whose files are staged. */
  commit(write: StagedWrite): Promise<CommitResult>;
  readonly metadata: MetadataReader;
  readonly data: DataService;
  readonly files: FileSystem;
  readonly layout: WarehouseLayout;
  readonly mark: ProcessMark;
}
