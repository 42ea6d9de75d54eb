import { isAbsolute } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { assert, PlatformError } from '../../spi/index.ts';

/** Returns the location text of an absolute local path: `file:///` and the path, percent-encoded. */
export function pathToLocation(path: string): string {
  assert(isAbsolute(path), `a location is made of an absolute path, not ${path}`);
  return pathToFileURL(path).href;
}

/** Returns the local path of a location.
 *  @throws STORAGE_LOCATION when it is not `file:///` with an absolute path. */
export function locationToPath(location: string): string {
  if (!location.startsWith('file:///')) throw unsupported(location, 'only file:/// locations are supported');
  try {
    return fileURLToPath(location);
  } catch (error) {
    throw unsupported(location, error instanceof Error ? error.message : String(error));
  }
}

function unsupported(location: string, reason: string): PlatformError {
  return new PlatformError('STORAGE_LOCATION', `The location ${location} cannot be used: ${reason}.`, { details: { location } });
}
