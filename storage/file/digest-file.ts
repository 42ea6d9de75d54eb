import { createHash } from 'node:crypto';
import { locationToPath } from '../../spi/index.ts';
import type { FileSystem } from './file-system.ts';

/** Returns the SHA-256 of a file in hex. @throws STORAGE_CORRUPT when it is missing */
export async function digestFile(files: FileSystem, location: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of files.stream(locationToPath(location))) hash.update(chunk);
  return hash.digest('hex');
}
