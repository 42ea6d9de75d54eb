import type { TokenCursor } from './token-cursor.ts';

/** Reads IF NOT EXISTS, which may be absent. */
export function parseIfNotExists(cursor: TokenCursor): boolean {
  if (!cursor.acceptWord('IF')) return false;
  cursor.expectWord('NOT');
  cursor.expectWord('EXISTS');
  return true;
}

/** Reads IF EXISTS, which may be absent. */
export function parseIfExists(cursor: TokenCursor): boolean {
  if (!cursor.acceptWord('IF')) return false;
  cursor.expectWord('EXISTS');
  return true;
}
