import { randomBytes } from 'node:crypto';
import { closeSync, existsSync, fsyncSync, linkSync, mkdirSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { PlatformError } from '../../spi/index.ts';

/** Returns the path of the token file of a data directory. */
export function tokenPath(dataDirectory: string): string {
  return join(dataDirectory, 'token');
}

/** Returns the API token kept in a data directory, making it at the first call. The file can be read by its owner only.
 *  Guarantees: processes that call it at the same time get the same token. */
export function ensureToken(dataDirectory: string): string {
  const path = tokenPath(dataDirectory);
  if (!existsSync(path)) {
    mkdirSync(dataDirectory, { recursive: true });
    createToken(path);
  }
  const token = readToken(dataDirectory);
  if (token === null) throw new PlatformError('CONFIG_INVALID', `the token file ${path} is empty: remove it and start again`);
  return token;
}

/** Returns the token kept in a data directory, null when there is none. */
export function readToken(dataDirectory: string): string | null {
  const path = tokenPath(dataDirectory);
  if (!existsSync(path)) return null;
  const token = readFileSync(path, 'utf8').trim();
  return token === '' ? null : token;
}

/** A link made in one step lets exactly one of several processes win, with the whole text in place. */
function createToken(path: string): void {
  const draft = `${path}.${String(process.pid)}.${randomBytes(4).toString('hex')}`;
  const file = openSync(draft, 'wx', 0o600);
  try {
    writeFileSync(file, `${randomBytes(24).toString('base64url')}\n`);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
  try {
    linkSync(draft, path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  } finally {
    rmSync(draft, { force: true });
  }
}
