import type { Token } from '../lex/index.ts';
import { isReserved } from './reserved-words.ts';

/** Where a parse stopped. */
export interface Mistake {
  readonly text: string;
  readonly found: Token;
  readonly previous: Token | null;
  readonly expected: readonly string[];
}

/** Returns what to do about a mistake that people often make, or null for any other. */
export function mistakeHint({ text, found, previous, expected }: Mistake): string | null {
  const follows = previous !== null && previous.end === found.start;
  const before = previous?.terminal ?? '';
  if (follows && before === '&' && found.terminal === '&') return 'Write AND.';
  if (follows && previous.kind === 'string' && found.kind === 'word') {
    return `A quote inside a text is doubled: ${text.slice(previous.start, previous.end)}'${text.slice(found.start, found.end)}.`;
  }
  if (before === ',' && found.kind === 'word' && isReserved(found.terminal)) {
    return `Drop the comma before ${found.value}, or write what comes after it.`;
  }
  if (before === ',' && found.kind === 'end') return 'Drop the comma at the end, or write what comes after it.';
  if (before === 'TOP' && found.kind === 'number') return `Write LIMIT ${found.value} at the end.`;
  const limited = /\bLIMIT\s+(\d+)\s*$/i.exec(text.slice(0, found.start));
  const count = /^,\s*(\d+)/.exec(text.slice(found.start));
  if (limited?.[1] !== undefined && count?.[1] !== undefined) return `Write LIMIT ${count[1]} OFFSET ${limited[1]}.`;
  if (found.terminal === 'NOT' && !expected.includes('NOT')) return 'NOT stands before IN, LIKE or BETWEEN, or before a whole condition.';
  return null;
}
