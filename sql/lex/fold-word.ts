import type { Token } from './token.ts';

const NON_ASCII = /[^\0-\x7F]/;

/** Returns a word in upper case, as keywords stand; one with other letters than ASCII, which is never a keyword, as written. */
export function foldWord({ value }: Token): string {
  return NON_ASCII.test(value) ? value : value.toUpperCase();
}
