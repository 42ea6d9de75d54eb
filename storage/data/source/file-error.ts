import { basename } from 'node:path';
import { type FileFormat, type FileSource, PlatformError } from '../../../spi/index.ts';

const FORMAT_NAMES: Readonly<Record<FileFormat, string>> = {
  parquet: 'Parquet',
  parquet_legacy: 'legacy Parquet',
  csv: 'CSV',
  ndjson: 'NDJSON',
  arrow: 'Arrow',
};

/** Returns the name under which messages speak of a user's file. */
export function describeFile(source: Pick<FileSource, 'path' | 'format'>): string {
  return `the ${FORMAT_NAMES[source.format]} file "${basename(source.path)}"`;
}

/** Returns the error for a user's file that is missing or not of its format; `what` completes the sentence that starts with the file. */
export function fileError(source: Pick<FileSource, 'path' | 'format'>, what: string, cause?: unknown): PlatformError {
  const subject = describeFile(source);
  return new PlatformError('STORAGE_FILE', `${subject.charAt(0).toUpperCase()}${subject.slice(1)} ${what}.`, { cause });
}
