import { open } from 'node:fs/promises';

/** Units: bytes of a file that is looked through here sooner than a query begins. */
export const SMALL_BYTES_MAX = 64 << 10;

/** Returns the keys that occur in a small file of one JSON object a line, those of the first line first and the others sorted, as a query of the
 *  file gives them; null for a file that is longer, and for one that the query must judge: it holds something else, or keys whose order
 *  JavaScript does not keep. */
export async function keysOfSmallFile(path: string): Promise<readonly string[] | null> {
  const bytes = await readSmall(path);
  return bytes === null ? null : keysOfLines(bytes);
}

async function readSmall(path: string): Promise<Uint8Array | null> {
  const file = await open(path, 'r');
  try {
    const { size } = await file.stat();
    return size > SMALL_BYTES_MAX ? null : await file.readFile();
  } finally {
    await file.close();
  }
}

function keysOfLines(bytes: Uint8Array): readonly string[] | null {
  const keys = new Set<string>();
  let inFirst: readonly string[] | null = null;
  try {
    for (const line of new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes).split('\n')) {
      if (/^[ \t\r]*$/.test(line)) continue;
      const value: unknown = JSON.parse(line);
      if (typeof value !== 'object' || value === null || Array.isArray(value)) return null;
      const found = Object.keys(value);
      if (found.some((key) => /^\d/.test(key))) return null;
      inFirst ??= found;
      for (const key of found) keys.add(key);
    }
  } catch {
    // The query tells what is wrong, and where.
    return null;
  }
  const first = inFirst ?? [];
  return [...first, ...[...keys].filter((key) => !first.includes(key)).sort()];
}
