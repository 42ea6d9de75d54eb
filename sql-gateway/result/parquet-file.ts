import { createReadStream } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { LegacyCompression, TableSink } from '../../spi/index.ts';
import type { SpoolFolder } from '../file/spool-folder.ts';
import type { EncodedChunk } from './encoded-chunk.ts';
import type { ResultQuota } from './result-quota.ts';

/** What Parquet files of results are made with. */
export interface ParquetParts {
  readonly sink: Pick<TableSink, 'exportParquet'>;
  readonly spool: Pick<SpoolFolder, 'createFolder'>;
}

/** Units: bytes of a piece. */
const PIECE_BYTES = 1 << 20;

/** Encodes rows (Arrow IPC frames, schema first) as one Parquet file: the host's process writes it into the spool folder, which it may reach, and its
 *  bytes come from there.
 *  Guarantees: nothing comes before the file is whole, and all rows count with its first piece; no file is left when the reader leaves.
 *  @throws what the frames throw, STORAGE_LOSSY for columns and values that a legacy file cannot hold */
export async function* encodeParquet(
  { sink, spool }: ParquetParts,
  frames: AsyncIterable<Uint8Array>,
  legacy?: LegacyCompression,
): AsyncGenerator<EncodedChunk> {
  const folder = await spool.createFolder();
  try {
    const path = join(folder, 'result.parquet');
    let { rows } = await sink.exportParquet(path, frames, legacy);
    for await (const bytes of createReadStream(path, { highWaterMark: PIECE_BYTES })) {
      yield { bytes: bytes as Uint8Array, rows };
      rows = 0;
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** As `encodeParquet`, within the room that results have on the disk: a file is hardly larger than the frames that it is made of.
 *  @throws RESOURCE_RESULT_BYTES, RESOURCE_SPOOL besides */
export async function* encodeParquetWithin(
  quota: ResultQuota,
  parts: ParquetParts,
  frames: AsyncIterable<Uint8Array>,
): AsyncGenerator<EncodedChunk> {
  const room = quota.open();
  const counted = async function* (): AsyncGenerator<Uint8Array> {
    for await (const frame of frames) {
      room.take(frame.byteLength);
      yield frame;
    }
  };
  try {
    yield* encodeParquet(parts, counted());
  } finally {
    room.free();
  }
}
