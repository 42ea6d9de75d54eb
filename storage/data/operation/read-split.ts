import { type Field, locationToPath, type ParquetSplit, PlatformError, type ScanColumn } from '../../../spi/index.ts';
import { stat } from 'node:fs/promises';
import { quoteName, quoteText, typeSql } from '../../../runtime/duckdb/index.ts';
import { convertText } from '../conversion/convert-text.ts';
import { type DataProcessSettings, withOperationDatabase } from './operation-database.ts';

/** What of a split is to be read. */
export interface SplitRequest {
  readonly split: ParquetSplit;
  readonly fields: readonly Field[];
  readonly columns: readonly ScanColumn[];
}

/** Sends the rows of a split as Arrow frames, the schema first, and returns their number. @see DataService.read */
export function readSplit(
  settings: DataProcessSettings,
  request: SplitRequest,
  signal: AbortSignal,
  send: (frame: Uint8Array) => Promise<void>,
): Promise<number> {
  const path = locationToPath(request.split.uri);
  return withOperationDatabase(settings, { paths: [path] }, signal, async ({ connection }) => {
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

function selectSql({ split, fields, columns }: SplitRequest, path: string): string {
  const byId = new Map(fields.map((field) => [field.id, field]));
  const items = columns.map((column, index) => {
    const name = quoteName(column.name);
    const partition = split.partition[String(column.fieldId)];
    const stored = split.matchesSchema ? quoteName(byId.get(column.fieldId)?.name ?? column.name) : `c${String(index)}`;
    if (split.matchesSchema || partition === undefined || partition === null) return `${stored} AS ${name}`;
    return `coalesce(${stored}, ${convertText(quoteText(partition), column.type)}) AS ${name}`;
  });
  const chosen = items.length === 0 ? 'true AS present' : items.join(', ');
  return `SELECT ${chosen} FROM ${scanSql(split, columns, path)}`;
}

function scanSql(split: ParquetSplit, columns: readonly ScanColumn[], path: string): string {
  if (split.matchesSchema || columns.length === 0) return `read_parquet(${quoteText(path)}, hive_partitioning = false)`;
  const entries = columns.map((column, index) => {
    const type = quoteText(typeSql(column.type));
    return `${String(column.fieldId)}: {name: ${quoteText(`c${String(index)}`)}, type: ${type}, default_value: NULL}`;
  });
  return `read_parquet(${quoteText(path)}, hive_partitioning = false, schema = MAP {${entries.join(', ')}})`;
}

const DAMAGE_CODES = new Set(['STORAGE_CORRUPT', 'SQL_EVALUATION', 'SQL_INVALID_VALUE', 'SQL_OVERFLOW', 'ENGINE_FAILED', 'STORAGE_IO']);

function asSplitError(error: unknown, split: ParquetSplit): unknown {
  if (!(error instanceof PlatformError) || error.details['engineType'] === undefined || !DAMAGE_CODES.has(error.code)) return error;
  return corrupt(split, `cannot be read: ${error.message.split('\n')[0] ?? ''}`, error);
}

function corrupt(split: ParquetSplit, what: string, cause: unknown): PlatformError {
  return new PlatformError('STORAGE_CORRUPT', `The data file ${split.uri} ${what}.`, { cause, details: { location: split.uri } });
}
