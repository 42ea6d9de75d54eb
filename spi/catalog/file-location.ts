import { assert } from '../error/assert.ts';
import { PlatformError } from '../error/platform-error.ts';

const SCHEME = 'file://';

/** Returns the location of an absolute local path: `file://` and the path as it is. Nothing is percent-encoded, because Iceberg's locations are
 *  plain texts and other readers do not decode them. */
export function pathToLocation(path: string): string {
  assert(path.startsWith('/'), `a location is made of an absolute path, not ${path}`);
  return SCHEME + path;
}

/** Returns the local path of a location: of `file:///p`, and of `file:/p` and `/p`, as other writers of Iceberg spell it.
 *  @throws STORAGE_LOCATION for anything else. */
export function locationToPath(location: string): string {
  const path = location.startsWith(`${SCHEME}/`) ? location.slice(SCHEME.length) : location.replace(/^file:(?=\/(?!\/))/, '');
  const isAbsolute = path.startsWith('/') && !path.startsWith('//');
  // A step upwards would leave the folder that a check of the beginning saw.
  if (isAbsolute && !path.split('/').includes('..')) return path;
  const reason = isAbsolute ? "it has a '..' in it" : 'only locations of local files are supported, such as file:///path';
  throw new PlatformError('STORAGE_LOCATION', `The location ${location} cannot be used: ${reason}.`, { details: { location } });
}
