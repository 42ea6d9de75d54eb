import { type Connection, quoteText } from '../../../runtime/duckdb/index.ts';
import { type FileInspection, type FileSource, PlatformError } from '../../../spi/index.ts';
import { parseSourceType } from '../conversion/source-type.ts';
import { sourceDataType } from '../conversion/source-data-type.ts';
import { asFileError, type ReadingState } from '../source/as-file-error.ts';
import { inferTextTypes } from '../source/infer-text-types.ts';
import { checkSource } from '../source/link-source.ts';
import { openSource } from '../source/open-source.ts';
import type { SourceRelation } from '../source/source-relation.ts';
import type { OperationDatabases } from './operation-databases.ts';

/** Looks into a user's file. @see DataService.inspect */
export async function inspectFile(
  databases: OperationDatabases,
  source: Omit<FileSource, 'columns'>,
  signal: AbortSignal,
): Promise<FileInspection> {
  const file: FileSource = await checkSource({ ...source, columns: null });
  return databases.runOnSource(file, [], signal, async (connection, linkPath) => {
    const reading: ReadingState = { connection, source: file, linkPath, relation: null };
    try {
      const relation = await openSource(connection, file, reading.linkPath);
      reading.relation = relation;
      if (source.format === 'csv' || source.format === 'ndjson') {
        const { types, rows } = await inferTextTypes(connection, relation, source.format === 'csv' ? 'text' : 'json');
        const columns = relation.columns.map(({ name }, index) => ({
          name,
          type: types[index] ?? { kind: 'varchar' as const },
          nullable: true,
        }));
        return { columns, rows };
      }
      return { columns: typedColumnTypes(relation), rows: await countRows(connection, file, relation, reading.linkPath) };
    } catch (error) {
      throw await asFileError(reading, error);
    }
  });
}

function typedColumnTypes(relation: SourceRelation): FileInspection['columns'] {
  return relation.columns.map(({ name, typeName }) => {
    const type = sourceDataType(parseSourceType(typeName));
    if (type !== null) return { name, type, nullable: true };
    throw new PlatformError('STORAGE_UNSUPPORTED', `Column "${name}" of the file is of type ${typeName}, which tables cannot hold.`);
  });
}

async function countRows(connection: Connection, source: FileSource, relation: SourceRelation, linkPath: string): Promise<number> {
  const sql =
    source.format === 'parquet'
      ? `SELECT sum(num_rows) AS n FROM parquet_file_metadata(${quoteText(linkPath)})`
      : `SELECT count(*) AS n FROM ${relation.from}`;
  const [row] = await connection.queryRows(sql);
  return Number(row?.['n'] ?? 0);
}
