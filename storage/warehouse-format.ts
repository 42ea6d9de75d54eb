import { PlatformError } from '../spi/index.ts';
import type { FileSystem } from './file/file-system.ts';
import { JsonReader } from './iceberg/json/json-reader.ts';
import { parseLosslessJson } from './iceberg/json/lossless-json.ts';

/** The layout of warehouses that this version reads and writes. */
export const FORMAT_VERSION = 1;

/** Checks the warehouse's format file; a directory that has none gets one.
 *  @throws STORAGE_FORMAT_TOO_NEW when a newer version wrote it, STORAGE_CORRUPT when it is not a format file. */
export async function checkFormat(files: FileSystem, formatFile: string): Promise<void> {
  if ((await files.size(formatFile)) === null) {
    const text = JSON.stringify({ formatVersion: FORMAT_VERSION, product: 'trivium' });
    await files.replace(formatFile, Buffer.from(`${text}\n`));
    return;
  }
  const what = `The file ${formatFile}`;
  const format = new JsonReader(parseLosslessJson(Buffer.from(await files.read(formatFile)).toString(), what), what);
  const version = format.integer('formatVersion');
  if (version <= FORMAT_VERSION) return;
  const text = `The warehouse has format version ${String(version)}; this program reads up to version ${String(FORMAT_VERSION)}.`;
  throw new PlatformError('STORAGE_FORMAT_TOO_NEW', text, {
    hint: 'Start the newer version of the program that wrote it.',
    details: { formatFile, formatVersion: version },
  });
}
