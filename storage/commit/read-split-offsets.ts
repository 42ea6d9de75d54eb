import { parquetMetadata } from 'hyparquet';
import { PlatformError } from '../../spi/index.ts';

/** What a Parquet footer says about a file's parts. */
export interface ParquetFooter {
  readonly rows: number;
  /** Where the row groups begin. Units: bytes. */
  readonly splitOffsets: readonly number[];
}

/** Units: bytes of the footer's length and the mark `PAR1`. */
const TRAILER_BYTES = 8;

/** Reads the footer at the end of a Parquet file.
 *  Shape: `tail` is the end of the file, `fileBytes` long; a footer longer than the tail is not read, and refused.
 *  @throws STORAGE_CORRUPT when there is no footer. */
export function readSplitOffsets(tail: Uint8Array, fileBytes: number, location: string): ParquetFooter {
  const view = Buffer.from(tail.buffer, tail.byteOffset, tail.byteLength);
  const valid = view.length >= TRAILER_BYTES && view.subarray(-4).toString('latin1') === 'PAR1';
  const footerBytes = valid ? view.readUInt32LE(view.length - TRAILER_BYTES) + TRAILER_BYTES : 0;
  if (!valid || footerBytes > view.length || footerBytes > fileBytes) throw damaged(location);
  const footer = view.subarray(view.length - footerBytes);
  try {
    const copy = footer.buffer.slice(footer.byteOffset, footer.byteOffset + footer.byteLength) as ArrayBuffer;
    const metadata = parquetMetadata(copy);
    return { rows: Number(metadata.num_rows), splitOffsets: metadata.row_groups.map(firstByte).sort((left, right) => left - right) };
  } catch (error) {
    throw damaged(location, error);
  }
}

type RowGroup = ReturnType<typeof parquetMetadata>['row_groups'][number];

function firstByte(group: RowGroup): number {
  const column = group.columns[0]?.meta_data;
  const starts = [column?.dictionary_page_offset, column?.data_page_offset].filter((offset) => offset !== undefined).map(Number);
  return Math.min(...starts.filter((offset) => offset > 0));
}

function damaged(location: string, cause?: unknown): PlatformError {
  return new PlatformError('STORAGE_CORRUPT', `The file ${location} is not a whole Parquet file.`, { cause, details: { location } });
}
