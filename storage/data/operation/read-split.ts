import {
  type EqualityColumn,
  type Field,
  locationToPath,
  type ParquetSplit,
  PlatformError,
  type RowDelete,
  type ScanColumn,
} from '../../../spi/index.ts';
import { stat } from 'node:fs/promises';
import {
  defaultSql,
  deleteJoins,
  escapeGlob,
  namedSource,
  quoteName,
  quoteText,
  typeInFile,
  typeSql,
  valueOfTable,
} from '../../../runtime/duckdb/index.ts';
import { convertText } from '../conversion/convert-text.ts';
import type { OperationDatabases } from './operation-databases.ts';

/** What of a split is to be read. */
export interface SplitRequest {
  readonly split: ParquetSplit;
  readonly fields: readonly Field[];
  readonly columns: readonly ScanColumn[];
}

/** Sends the rows of a split as Arrow frames, the schema first, and returns their number. @see DataService.read */
export function readSplit(
  databases: OperationDatabases,
  request: SplitRequest,
  signal: AbortSignal,
  send: (frame: Uint8Array) => Promise<void>,
): Promise<number> {
  const path = locationToPath(request.split.uri);
  const deletes = [...request.split.deletes, ...(request.split.deletedBy ?? [])].map(({ uri }) => locationToPath(uri));
  return databases.run([path, ...deletes], signal, async (connection) => {
    try {
      await checkFile(request.split, path);
      const stream = await connection.stream(selectSql(request, path));
      await send(stream.schema());
      for (let frame = await stream.next(); frame !== null; frame = await stream.next()) await send(frame);
      await stream.close();
      return request.split.rows;
    } catch (error) {
      throw asSplitError(error, request.split);
    }
  });
}

async function checkFile(split: ParquetSplit, path: string): Promise<void> {
  const facts = await stat(path).catch((error: unknown) => {
    throw corrupt(split, `is missing (${String((error as NodeJS.ErrnoException).code)})`, error);
  });
  if (facts.size !== split.bytes) throw corrupt(split, `has ${String(facts.size)} bytes in place of ${String(split.bytes)}`, undefined);
}

function selectSql(request: SplitRequest, path: string): string {
  const { split, fields, columns } = request;
  const byId = new Map(fields.map((field) => [field.id, field]));
  const items = columns.map((column) => {
    const name = split.matchesSchema ? (byId.get(column.fieldId)?.name ?? column.name) : column.name;
    return `${columnSql(split, { ...column, name })} AS ${quoteName(column.name)}`;
  });
  const chosen = items.length === 0 ? 'true AS present' : items.join(', ');
  return `SELECT ${chosen} FROM ${rowsSql(request, path)}`;
}

/** Returns the FROM items that give the rows which no delete takes away, under the name `d`. */
function rowsSql({ split, columns }: SplitRequest, path: string): string {
  if (split.deletes.length === 0 && split.deletedBy === undefined) return `${scanSql(split, columns, path, '')} AS d`;
  const surviving = (deletes: readonly RowDelete[], read: readonly EqualityColumn[]): string => {
    const joins = deleteJoins([{ location: split.uri, rows: split.rows, deletes }], (column) => columnSql(split, column));
    return `${scanSql(split, [...joins.columns, ...read], path, ', file_row_number = true')} AS d${joins.sql}`;
  };
  const left = surviving(split.deletes, columns);
  if (split.deletedBy === undefined) return left;
  const kept = surviving(split.deletedBy, []);
  return `${left} ANTI JOIN (SELECT d.file_row_number AS place FROM ${kept}) AS k ON d.file_row_number = k.place`;
}

function columnSql(split: ParquetSplit, { fieldId, name, type }: EqualityColumn): string {
  if (split.matchesSchema) return `d.${quoteName(name)}`;
  const stored = valueOfTable(`d.${fieldName(fieldId)}`, type, split.partNames ?? {});
  const partition = split.partition[String(fieldId)];
  return partition === undefined || partition === null ? stored : `coalesce(${stored}, ${convertText(quoteText(partition), type)})`;
}

function scanSql(split: ParquetSplit, columns: readonly EqualityColumn[], path: string, options: string): string {
  const file = quoteText(escapeGlob(path));
  if (split.matchesSchema || columns.length === 0) return `read_parquet(${file}, hive_partitioning = false${options})`;
  const { columnNames, partNames = {} } = split;
  if (columnNames !== undefined) return namedSource(columns, { files: file, columnNames, partNames, missingValues: {} });
  const byId = new Map(columns.map((column) => [column.fieldId, column]));
  const entries = [...byId].map(
    ([fieldId, { type, initialDefault }]) =>
      `${String(fieldId)}: {name: '${fieldName(fieldId)}', type: ${quoteText(typeSql(typeInFile(type, partNames)))}, default_value: ${defaultSql(type, initialDefault)}}`,
  );
  return `read_parquet(${file}, hive_partitioning = false, schema = MAP {${entries.join(', ')}}${options})`;
}

const fieldName = (fieldId: number): string => `f${String(fieldId)}`;

const DAMAGE_CODES = new Set(['STORAGE_CORRUPT', 'SQL_EVALUATION', 'SQL_INVALID_VALUE', 'SQL_OVERFLOW', 'ENGINE_FAILED', 'STORAGE_IO']);

function asSplitError(error: unknown, split: ParquetSplit): unknown {
  if (!(error instanceof PlatformError) || error.details['engineType'] === undefined || !DAMAGE_CODES.has(error.code)) return error;
  return corrupt(split, `cannot be read: ${error.message.split('\n')[0] ?? ''}`, error);
}

function corrupt(split: ParquetSplit, what: string, cause: unknown): PlatformError {
  return new PlatformError('STORAGE_CORRUPT', `The data file ${split.uri} ${what}.`, { cause, details: { location: split.uri } });
}
