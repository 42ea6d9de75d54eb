import type { ErrorCode } from '../../../../../spi/index.ts';

/** A text that the parser refuses. */
export interface RejectedText {
  /** The text with `▸` at the place that the error must point to; what follows the mark is what the error must say it found. */
  readonly marked: string;
  /** A part of what the message says was expected, or of what is wrong. */
  readonly expected: string;
  /** The keyword that the hint must propose. */
  readonly nearest?: string;
  /** SQL_SYNTAX by default. */
  readonly code?: ErrorCode;
}

/** What shows that the parser follows one production of docs/sql/grammar.md. */
export interface GrammarCases {
  readonly production: string;
  /** At least two statements that use the production. */
  readonly accepts: readonly string[];
  /** At least two. */
  readonly rejects: readonly RejectedText[];
}

/** Makes a refused text; the nearest keyword, if any, must be proposed. */
export function reject(marked: string, expected: string, nearest?: string): RejectedText {
  return nearest === undefined ? { marked, expected } : { marked, expected, nearest };
}
