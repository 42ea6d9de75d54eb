import { statSync } from 'node:fs';
import { readShortFile } from '../../file/read-short-file.ts';

/** Units: bytes of a file that is looked through here sooner than a query begins. */
export const SMALL_BYTES_MAX = 64 << 10;

/** What is found in a small file of one JSON object a line. */
export interface SmallNdjson {
  /** The keys that occur, those of the first line first and the others sorted, as a query of the file gives them. */
  readonly keys: readonly string[];
  /** The lines that are not blank. */
  readonly lines: readonly string[];
  /** Whether no line has a key twice. */
  readonly keysDiffer: boolean;
}

/** Looks through a small file of one JSON object a line; null for a file that is longer, and for one that the query must judge: it cannot be read, or holds
 *  something else, or keys whose order JavaScript does not keep. */
export function readSmallNdjson(path: string): SmallNdjson | null {
  const bytes = readSmall(path);
  return bytes === null ? null : lookThrough(bytes);
}

function readSmall(path: string): Uint8Array | null {
  try {
    return statSync(path).isFile() ? readShortFile(path, SMALL_BYTES_MAX) : null;
  } catch {
    // Whoever opens the file next tells what is wrong with it.
    return null;
  }
}

function lookThrough(bytes: Uint8Array): SmallNdjson | null {
  const keys = new Set<string>();
  const lines: string[] = [];
  let inFirst: readonly string[] | null = null;
  let keysDiffer = true;
  try {
    for (const line of new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes).split('\n')) {
      if (/^[ \t\r]*$/.test(line)) continue;
      const value: unknown = JSON.parse(line);
      if (typeof value !== 'object' || value === null || Array.isArray(value)) return null;
      const found = Object.keys(value);
      if (found.some((key) => /^\d/.test(key))) return null;
      inFirst ??= found;
      for (const key of found) keys.add(key);
      lines.push(line);
      keysDiffer &&= countMembers(line) === found.length;
    }
  } catch {
    // The query tells what is wrong, and where.
    return null;
  }
  const first = inFirst ?? [];
  return { keys: [...first, ...[...keys].filter((key) => !first.includes(key)).sort()], lines, keysDiffer };
}

/** Returns how many members the text of a JSON object has, those of the objects in it not counted. JSON.parse keeps one of those that have the same key. */
function countMembers(text: string): number {
  let [members, depth] = [0, 0];
  for (let at = 0; at < text.length; at += 1) {
    const sign = text[at];
    if (sign === '"') at = endOfText(text, at);
    else if (sign === '{' || sign === '[') depth += 1;
    else if (sign === '}' || sign === ']') depth -= 1;
    else if (sign === ':' && depth === 1) members += 1;
  }
  return members;
}

/** Returns where the quote is that ends the text which begins with that at `start`. */
function endOfText(text: string, start: number): number {
  let at = start + 1;
  while (text[at] !== '"') at += text[at] === '\\' ? 2 : 1;
  return at;
}
