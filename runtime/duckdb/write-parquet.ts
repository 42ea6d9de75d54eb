import { randomUUID } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import {
  assert,
  type ColumnStatistics,
  type Field,
  formatType,
  type PartitionSpec,
  PlatformError,
  type WriteOrder,
} from '../../spi/index.ts';
import type { Row, RowValue } from '../arrow/index.ts';
import { canonicalText } from './canonical-text.ts';
import type { Connection, StatementParameter } from './connection-contract.ts';
import { fieldIdsSql, type LeafColumn, leafColumnsByPath } from './field-ids.ts';
import { type PartitionColumn, partitionColumn } from './partition-column.ts';
import { quoteName, quoteText } from './quote-sql.ts';
import { typeSql } from './type-sql.ts';

/** What to write where. */
export interface WriteParquetOptions {
  /** A query whose columns are those of `fields` by position; they are cast to the fields' types. */
  readonly selectSql: string;
  readonly parameters?: readonly StatementParameter[];
  readonly fields: readonly Field[];
  readonly partitionSpec: PartitionSpec;
  /** Absolute existing directory; files get unique names in it, or in folders per partition. */
  readonly directory: string;
  /** A new file is begun when one reaches this size. Partitioned writes make one file per partition and thread instead. */
  readonly fileSizeBytesTarget: number;
  /** The order that the rows of each file get: one file, or one for each partition and thread. */
  readonly sortOrder?: WriteOrder;
  /** True when the query is sorted and its order shall be kept: one file. By default every thread writes files of its own. */
  readonly ordered?: boolean;
  /** The one file that is written, each time again, by a statement that the connection keeps. */
  readonly again?: string;
}

/** One Parquet file as it was written; it is not synced yet.
 *  Shape: `partition` has one canonical text (or null for NULL) per field of the partition spec. */
export interface WrittenFile {
  readonly path: string;
  readonly rows: number;
  readonly bytes: number;
  readonly partition: readonly (string | null)[];
  readonly columns: readonly ColumnStatistics[];
  readonly sortOrderId?: number;
}

function selectSql(options: WriteParquetOptions, partitions: readonly PartitionColumn[]): string {
  const names = options.fields.map((field) => quoteName(field.name));
  const casts = options.fields.map((field) => `CAST(${quoteName(field.name)} AS ${typeSql(field.type)}) AS ${quoteName(field.name)}`);
  const typed = `SELECT ${casts.join(', ')} FROM (${options.selectSql}) AS source(${names.join(', ')})`;
  const order = orderSql(options);
  if (partitions.length === 0) return `${typed}${order}`;
  const keys = partitions.map((partition, index) => `${partition.expressionSql} AS ${quoteName(partitionName(index))}`);
  return `SELECT *, ${keys.join(', ')} FROM (${typed})${order}`;
}

function orderSql({ sortOrder, fields }: WriteParquetOptions): string {
  const keys = (sortOrder?.keys ?? []).flatMap(({ fieldId, descending, nullsFirst }) => {
    const field = fields.find((candidate) => candidate.id === fieldId);
    const how = `${descending ? 'DESC' : 'ASC'} NULLS ${nullsFirst ? 'FIRST' : 'LAST'}`;
    return field === undefined ? [] : [`${quoteName(field.name)} ${how}`];
  });
  return keys.length === 0 ? '' : ` ORDER BY ${keys.join(', ')}`;
}

function partitionName(index: number): string {
  return `__partition_${String(index)}`;
}

function copySql(options: WriteParquetOptions, partitions: readonly PartitionColumn[], told = true): string {
  const settings = ['FORMAT parquet', 'COMPRESSION zstd', 'PARQUET_VERSION V1', `FIELD_IDS ${fieldIdsSql(options.fields)}`];
  if (told) settings.push('RETURN_STATS');
  const ordered = partitions.length === 0 && (options.ordered === true || options.sortOrder !== undefined || options.again !== undefined);
  if (!ordered) settings.push(`FILENAME_PATTERN 'data_{uuid}'`);
  if (partitions.length > 0) {
    settings.push(`PARTITION_BY (${partitions.map((_, index) => quoteName(partitionName(index))).join(', ')})`, 'OVERWRITE_OR_IGNORE');
  } else if (!ordered) {
    settings.push('PER_THREAD_OUTPUT', `FILE_SIZE_BYTES ${String(Math.max(1, Math.floor(options.fileSizeBytesTarget)))}`);
  }
  const target = ordered ? (options.again ?? join(options.directory, `data_${randomUUID()}.parquet`)) : options.directory;
  return `COPY (${selectSql(options, partitions)}) TO ${quoteText(target)} (${settings.join(', ')})`;
}

function columnStatistics(leaf: LeafColumn, facts: ReadonlyMap<RowValue, RowValue>): ColumnStatistics {
  const number = (name: string): number | undefined => {
    const value = facts.get(name);
    return typeof value === 'string' ? Number(value) : undefined;
  };
  const bound = (name: 'min' | 'max'): string | undefined => {
    const value = facts.get(name);
    return leaf.repeated || typeof value !== 'string' ? undefined : canonicalText(leaf.type, value);
  };
  const [lower, upper, size] = [bound('min'), bound('max'), number('column_size_bytes')];
  return {
    fieldId: leaf.fieldId,
    valueCount: number('num_values') ?? 0,
    nullCount: number('null_count') ?? 0,
    ...(facts.get('has_nan') === 'false' ? { nanCount: 0 } : {}),
    ...(size === undefined ? {} : { sizeBytes: size }),
    ...(lower === undefined ? {} : { lowerBound: lower }),
    ...(upper === undefined ? {} : { upperBound: upper }),
  };
}

function writtenFile(row: Row, leaves: ReadonlyMap<string, LeafColumn>, partitions: readonly PartitionColumn[]): WrittenFile {
  const path = typeof row['filename'] === 'string' ? row['filename'] : '';
  const statistics = row['column_statistics'];
  const keys = row['partition_keys'];
  const columns: ColumnStatistics[] = [];
  for (const [columnPath, facts] of statistics instanceof Map ? statistics : []) {
    const leaf = leaves.get(String(columnPath));
    if (leaf !== undefined && facts instanceof Map) columns.push(columnStatistics(leaf, facts));
  }
  const partition = partitions.map((column, index) => {
    const key: unknown = keys instanceof Map ? keys.get(partitionName(index)) : undefined;
    if (key === undefined) throw new PlatformError('ENGINE_FAILED', `DuckDB did not report the partition of ${path}`);
    return typeof key === 'string' ? column.toText(key) : null;
  });
  return { path, rows: Number(row['count']), bytes: Number(row['file_size_bytes']), partition, columns };
}

function checkRequired(files: readonly WrittenFile[], fields: readonly Field[]): void {
  for (const field of fields) {
    if (field.nullable) continue;
    const nulls = files.flatMap((file) => file.columns).filter((column) => column.fieldId === field.id && column.nullCount > 0);
    if (nulls.length > 0) {
      throw new PlatformError('SQL_INVALID_VALUE', `column "${field.name}" of type ${formatType(field.type)} must not be NULL`, {
        details: { column: field.name },
      });
    }
  }
}

/** Runs a query and writes its rows as `writeParquet` does into the one file at `again`, of which nothing is told: DuckDB takes as long to tell what is in
 *  a short file as to write it. */
export async function writeParquetUntold(connection: Connection, options: WriteParquetOptions & { readonly again: string }): Promise<void> {
  assert(options.partitionSpec.fields.length === 0, 'one file has no partitions');
  await connection.execute(copySql(options, [], false), options.parameters, { keeps: true });
}

/** Runs a query and writes its rows as zstd Parquet files with Iceberg field ids.
 *  Guarantees: a query without rows leaves no file; every file belongs to exactly one partition.
 *  @throws SQL_INVALID_VALUE when a column that is not nullable holds NULL (the files stay and are the caller's to remove), and whatever
 *  the query throws. */
export async function writeParquet(connection: Connection, options: WriteParquetOptions): Promise<readonly WrittenFile[]> {
  const partitions = options.partitionSpec.fields.map((field) => partitionColumn(field, options.fields));
  const leaves = leafColumnsByPath(options.fields);
  const keeps = options.again !== undefined;
  const rows = await connection.queryRows(copySql(options, partitions), options.parameters, { keeps });
  const files = rows.map((row) => writtenFile(row, leaves, partitions));
  await Promise.all(files.filter((file) => file.rows === 0).map((file) => rm(file.path, { force: true })));
  checkRequired(files, options.fields);
  const order = options.sortOrder === undefined ? {} : { sortOrderId: options.sortOrder.orderId };
  return files.filter((file) => file.rows > 0).map((file) => ({ ...file, ...order }));
}
