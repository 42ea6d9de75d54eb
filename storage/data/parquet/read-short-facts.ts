import { assert, type DataType, type Field } from '../../../spi/index.ts';
import type { WrittenFile } from '../../../runtime/duckdb/index.ts';
import { readShortFile } from '../../file/read-short-file.ts';
import { fileFacts } from './file-facts.ts';
import { matchParquetColumns } from './match-parquet-columns.ts';
import { readParquetMetadata } from './parquet-footer.ts';

/** Units: bytes of a file that is read whole for its footer. */
const FILE_BYTES_MAX = 16 << 20;

/** Units: bytes of the length of the footer and the mark behind it. */
const TAIL_BYTES = 8;

/** Of floating numbers the footer tells neither which zero is a bound nor whether some are no numbers. */
const TOLD: ReadonlySet<DataType['kind']> = new Set([
  'boolean',
  'integer',
  'bigint',
  'decimal',
  'date',
  'timestamp',
  'timestamp_ns',
  'timestamptz',
  'varchar',
]);

/** Units: bytes of a text that is told whole as a bound; of longer ones the footer may tell the beginning. */
export const TEXT_BYTES_TOLD = 200;

/** Returns whether the footer of a file with such columns, and no long texts in them, tells all that DuckDB would. */
export function tellsAll(fields: readonly Field[]): boolean {
  return fields.every(({ type }) => TOLD.has(type.kind));
}

/** Returns what the footer of a short file tells that DuckDB has written with such columns, without partitions. */
export function readShortFacts(path: string, fields: readonly Field[]): WrittenFile {
  const bytes = readShortFile(path, FILE_BYTES_MAX);
  assert(bytes !== null, 'a short file has few bytes');
  const footerEnd = bytes.byteLength - TAIL_BYTES;
  const footerBytes = Buffer.from(bytes.buffer, bytes.byteOffset).readUInt32LE(footerEnd);
  const footer = readParquetMetadata(bytes.subarray(footerEnd - footerBytes, footerEnd));
  const matched = matchParquetColumns(footer, fields, new Set(), path);
  const facts = fileFacts(footer, matched, { fields, spec: { specId: 0, fields: [] } }, new Map(), path);
  return { path, rows: footer.rows, bytes: bytes.byteLength, ...facts };
}
