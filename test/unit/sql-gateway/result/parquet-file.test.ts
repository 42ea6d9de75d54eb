import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { RecordBatchStreamWriter, tableFromArrays } from 'apache-arrow';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readFrames } from '../../../../runtime/arrow/index.ts';
import { PlatformError } from '../../../../spi/index.ts';
import { openSpoolFolder, type SpoolFolder } from '../../../../sql-gateway/file/spool-folder.ts';
import { encodeParquetWithin, type ParquetParts } from '../../../../sql-gateway/result/parquet-file.ts';
import { createResultQuota } from '../../../../sql-gateway/result/result-quota.ts';
import { createMemoryTableSink } from '../../../support/memory-table-sink.ts';

const FRAMES = readFrames(
  RecordBatchStreamWriter.writeAll(tableFromArrays({ n: Int32Array.from({ length: 100_000 }, (_, index) => index) })).toUint8Array(true),
);
const QUOTA = { resultBytesMax: 2 ** 20, spoolBytesMax: 2 ** 20 };

let folder: string;
let spool: SpoolFolder;
let parts: ParquetParts;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'parquet-file-'));
  spool = await openSpoolFolder(join(folder, 'spool'));
  parts = { sink: createMemoryTableSink(), spool };
});

afterEach(async () => {
  await spool.close();
  expect(existsSync(join(folder, 'spool'))).toBe(false);
  rmSync(folder, { recursive: true });
});

const left = (): readonly string[] => readdirSync(join(folder, 'spool'));

async function* frames(end: Error | null = null): AsyncGenerator<Uint8Array> {
  yield* FRAMES;
  if (end !== null) throw end;
}

describe('a result as a Parquet file', () => {
  it('counts its rows once, and leaves no file and no room taken', async () => {
    const quota = createResultQuota(QUOTA);
    let [rows, bytes, roomTaken] = [0, 0, 0];
    for await (const chunk of encodeParquetWithin(quota, parts, frames())) {
      rows += chunk.rows;
      bytes += chunk.bytes.byteLength;
      roomTaken = quota.bytes;
      expect(left()).toHaveLength(1);
    }
    expect([rows, bytes]).toEqual([100_000, 'PAR1 100000 rows'.length]);
    expect(roomTaken).toBeGreaterThan(400_000);
    expect(left()).toEqual([]);
    expect(quota.bytes).toBe(0);
  });

  it('is removed when its reader leaves early', async () => {
    const quota = createResultQuota(QUOTA);
    const chunks = encodeParquetWithin(quota, parts, frames());
    await chunks.next();
    expect(left()).toHaveLength(1);
    await chunks.return(undefined);
    expect(left()).toEqual([]);
    expect(quota.bytes).toBe(0);
  });

  it('fails with what the rows fail with', async () => {
    const quota = createResultQuota(QUOTA);
    const lost = new PlatformError('ENGINE_LOST', 'gone');
    await expect(encodeParquetWithin(quota, parts, frames(lost)).next()).rejects.toBe(lost);
    expect(left()).toEqual([]);
    expect(quota.bytes).toBe(0);
  });

  it('is refused when it would take more room than a result or all results may', async () => {
    const small = createResultQuota({ ...QUOTA, resultBytesMax: 100_000 });
    await expect(encodeParquetWithin(small, parts, frames()).next()).rejects.toMatchObject({ code: 'RESOURCE_RESULT_BYTES' });
    const full = createResultQuota({ ...QUOTA, spoolBytesMax: 300_000 });
    await expect(encodeParquetWithin(full, parts, frames()).next()).rejects.toMatchObject({ code: 'RESOURCE_SPOOL' });
    expect([small.bytes, full.bytes]).toEqual([0, 0]);
    expect(left()).toEqual([]);
  });
});
