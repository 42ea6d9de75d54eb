import { PlatformError } from '../../spi/index.ts';

/** Checks that a data file is the one that was committed. @throws STORAGE_CORRUPT naming the file */
export function checkDigest(location: string, found: string, expected: string): void {
  if (found === expected) return;
  throw new PlatformError('STORAGE_CORRUPT', `The data file ${location} is not what was written: its SHA-256 differs.`, {
    hint: 'Restore the file from a copy.',
    details: { location },
  });
}
