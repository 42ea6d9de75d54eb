import type { Connection } from '../../../runtime/duckdb/index.ts';
import type { FileSource } from '../../../spi/index.ts';
import { openLegacyParquet } from '../legacy/open-legacy-parquet.ts';
import { openArrow } from './open-arrow.ts';
import { openCsv } from './open-csv.ts';
import { openNdjson } from './open-ndjson.ts';
import { openParquet } from './open-parquet.ts';
import type { SourceRelation } from './source-relation.ts';

/** Opens a user's file, which is linked at `linkPath`, as a relation. @throws STORAGE_FILE, SQL_INVALID_VALUE for options */
export function openSource(connection: Connection, source: FileSource, linkPath: string): Promise<SourceRelation> {
  switch (source.format) {
    case 'csv':
      return openCsv(source, linkPath);
    case 'ndjson':
      return openNdjson(connection, source, linkPath);
    case 'parquet':
      return openParquet(connection, source, linkPath);
    case 'parquet_legacy':
      return openLegacyParquet(connection, source);
    case 'arrow':
      return openArrow(connection, source);
  }
}
