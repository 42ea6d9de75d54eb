import { open } from 'node:fs/promises';
import { type FileMetaData, parquetMetadataAsync } from 'hyparquet';
import { PlatformError } from '../../spi/index.ts';

/** Reads the footer of a Parquet file that may be anybody's.
 *  @throws STORAGE_FILE when it is missing or no Parquet file */
export async function readParquetFooter(path: string): Promise<FileMetaData> {
  const handle = await open(path).catch((cause: unknown) => {
    throw new PlatformError('STORAGE_FILE', `The file ${path} cannot be opened: ${String(cause)}.`, { cause });
  });
  try {
    const { size } = await handle.stat();
    return await parquetMetadataAsync({
      byteLength: size,
      slice: async (start, end = size) => {
        const bytes = new Uint8Array(end - start);
        await handle.read(bytes, 0, bytes.byteLength, start);
        return bytes.buffer;
      },
    });
  } catch (cause) {
    throw new PlatformError('STORAGE_FILE', `The file ${path} is not a whole Parquet file.`, { cause });
  } finally {
    await handle.close();
  }
}
