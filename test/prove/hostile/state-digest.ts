import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import type { Target } from './attack.ts';

/** Folders and files that change without a change of state: passing files, and LMDB's table of readers. */
const PASSING = new Set(['spool', 'lock.mdb', 'server.json']);

/** Returns a digest of all that attacks may not change: the catalog as the server shows it, the rows, and every file. */
export async function digestState(target: Target): Promise<string> {
  const hash = createHash('sha256');
  for (const folder of [target.server.dataDirectory, target.allowed, target.outside]) hashFolder(folder, folder, hash);
  for (const path of ['/v1/catalog', '/v1/catalog/main', '/v1/catalog/main/numbers']) {
    hash.update(await (await target.server.call(path)).text());
  }
  hash.update(await readRows(target));
  return hash.digest('hex');
}

/** An engine that was just killed may take the first statement with it. */
const TRIES_MAX = 5;

async function readRows({ server }: Target): Promise<string> {
  for (let attempt = 1; ; attempt += 1) {
    const answer = await server.sql('SELECT count(*), sum(n), min(label), max(label) FROM numbers', { accept: 'text/csv' });
    const text = await answer.text();
    if (answer.status !== 503 || attempt === TRIES_MAX) return text;
  }
}

function hashFolder(folder: string, root: string, hash: ReturnType<typeof createHash>): void {
  for (const entry of readdirSync(folder, { withFileTypes: true }).sort((left, right) => (left.name < right.name ? -1 : 1))) {
    if (PASSING.has(entry.name)) continue;
    const path = join(folder, entry.name);
    if (entry.isDirectory()) hashFolder(path, root, hash);
    if (entry.isFile()) hash.update(`${relative(root, path)}\0`).update(readFileSync(path));
    if (entry.isSymbolicLink()) hash.update(`${relative(root, path)} is a link\0`);
  }
}
