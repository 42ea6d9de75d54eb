import type {
  DataFile,
  ExistingFile,
  Field,
  FileInspection,
  FileSource,
  LegacyCompression,
  ParquetSplit,
  ScanColumn,
  StagingTarget,
} from '../../spi/index.ts';
import type { AdoptedFile } from './operation/adopt-file.ts';
import type { EarlierDeletes } from './operation/write-deletion-vectors.ts';

/** Reads and writes data files, each operation in a child process of its own, because a user's file may crash the reader.
 *  Guarantees: no row passes through this process as an object; a crash on a user's file is STORAGE_FILE, on a stored split STORAGE_CORRUPT. */
export interface DataService {
  /** Writes Arrow IPC frames (schema first; columns by position) as Parquet data files of the target. The files are not synced.
   *  @throws SQL_INVALID_VALUE when a column that takes no NULL gets one, SQL_TYPE_MISMATCH when the frames have other columns. */
  writeFrames(target: StagingTarget, frames: AsyncIterable<Uint8Array>): Promise<readonly DataFile[]>;
  /** Reads a user's file and writes its rows as Parquet data files of the target. The files are not synced.
   *  @throws STORAGE_FILE when the file cannot be read, SQL_INVALID_VALUE when a value does not fit its column. */
  writeFile(target: StagingTarget, source: FileSource, signal?: AbortSignal): Promise<readonly DataFile[]>;
  /** Copies a user's Parquet file into the target with its pages as they are and the table's field ids in its footer. The file is not synced.
   *  @throws STORAGE_FILE, SQL_UNKNOWN_COLUMN, SQL_TYPE_MISMATCH, SQL_INVALID_VALUE, as `WriteTransaction.adoptFiles` tells */
  adoptFile(target: StagingTarget, source: ExistingFile, signal?: AbortSignal): Promise<AdoptedFile>;
  /** Writes Arrow IPC frames (schema first; a location of a data file and a position in it) as position delete files, one for each data file, below the target's
   *  directory. The files are not synced. */
  writePositionDeletes(target: StagingTarget, frames: AsyncIterable<Uint8Array>): Promise<readonly DataFile[]>;
  /** Writes Arrow IPC frames (schema first; a location of a data file and a position in it) as deletion vectors, one for each data file, in one Puffin file below
   *  the target's directory. What `earlier` tells of those data files is part of their vectors. The file is not synced.
   *  @throws STORAGE_CORRUPT when an earlier vector is damaged */
  writeDeletionVectors(target: StagingTarget, earlier: EarlierDeletes, frames: AsyncIterable<Uint8Array>): Promise<readonly DataFile[]>;
  /** Decodes a split to Arrow IPC frames, schema first, with the columns asked for in order; `fields` is the schema that the table is read with.
   *  Guarantees: ends normally only after the last row; stopping early frees everything.
   *  @throws STORAGE_CORRUPT, STORAGE_UNAVAILABLE */
  read(split: ParquetSplit, fields: readonly Field[], columns: readonly ScanColumn[], signal?: AbortSignal): AsyncIterable<Uint8Array>;
  /** Returns the SHA-256 of a data file in hex. @throws STORAGE_CORRUPT when it is missing */
  digest(location: string): Promise<string>;
  /** Looks into a user's file. @throws STORAGE_FILE */
  inspect(source: Omit<FileSource, 'columns'>): Promise<FileInspection>;
  /** Writes Arrow IPC frames as one Parquet file, synced, which appears under its name whole or not at all.
   *  @throws STORAGE_LOSSY for what a legacy file cannot hold */
  exportParquet(path: string, frames: AsyncIterable<Uint8Array>, legacy?: LegacyCompression): Promise<{ rows: number; bytes: number }>;
  /** Ends all processes; what runs fails with STORAGE_UNAVAILABLE. */
  close(): Promise<void>;
}
