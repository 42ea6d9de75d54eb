import { PlatformError } from '../../spi/index.ts';
import { foldWord, locate, type Token } from '../lex/index.ts';
import { type Mistake, mistakeHint } from './mistake-hint.ts';
import { isReserved } from './reserved-words.ts';

const SHOWN_MAX = 6;
const FOUND_LENGTH_MAX = 40;
const END = 'the end of the statement';

/** What the parser knew when it could not go on. */
export interface SyntaxFailure {
  readonly text: string;
  readonly found: Token;
  /** The token before, or null at the start: a misspelt keyword is often read as an alias. */
  readonly previous: Token | null;
  /** Keywords and symbols in their own spelling, or descriptions that start with a lower-case letter. */
  readonly expected: readonly string[];
  /** Keywords that may stand here or just before, too many to be listed. */
  readonly suggested: readonly string[];
}

/** Returns the number of edits (insert, delete, replace, swap of neighbours) that make one word of the other. */
function editDistance(from: string, to: string): number {
  let before: number[] = [];
  let last = Array.from({ length: to.length + 1 }, (_, index) => index);
  for (let row = 1; row <= from.length; row++) {
    const current = [row];
    for (let column = 1; column <= to.length; column++) {
      const cost = from[row - 1] === to[column - 1] ? 0 : 1;
      let distance = Math.min((last[column] ?? 0) + 1, (current[column - 1] ?? 0) + 1, (last[column - 1] ?? 0) + cost);
      const swapped = row > 1 && column > 1 && from[row - 1] === to[column - 2] && from[row - 2] === to[column - 1];
      if (swapped) distance = Math.min(distance, (before[column - 2] ?? 0) + 1);
      current.push(distance);
    }
    before = last;
    last = current;
  }
  return last[to.length] ?? 0;
}

function nearestKeyword(token: Token | null, expected: readonly string[]): string | null {
  if (token === null || token.kind !== 'word' || token.value.length < 3 || token.value.length > 20) return null;
  const word = foldWord(token);
  let best: string | null = null;
  let bestDistance = word.length > 5 ? 3 : 2;
  for (const keyword of expected) {
    if (!/^[A-Z_]{3,}$/.test(keyword) || keyword === word) continue;
    const distance = editDistance(word, keyword);
    if (distance >= bestDistance) continue;
    best = keyword;
    bestDistance = distance;
  }
  return best;
}

function listExpected(expected: readonly string[]): string {
  const quoted = expected.map((entry) => (/^[A-Za-z]/.test(entry) ? entry : `'${entry}'`));
  if (quoted.length === 0) return END;
  if (quoted.length > SHOWN_MAX) return `${quoted.slice(0, SHOWN_MAX).join(', ')}, ...`;
  const last = quoted.pop() ?? '';
  return quoted.length === 0 ? last : `${quoted.join(', ')} or ${last}`;
}

/** Returns what to do about the error, null when nothing is known. */
function findHint(mistake: Mistake, keyword: string | null): string | null {
  const { found, expected } = mistake;
  if (keyword !== null) return `Did you mean ${keyword}?`;
  const known = mistakeHint(mistake);
  if (known !== null) return known;
  const wantsName = expected.some((entry) => /^an? /.test(entry));
  if (!wantsName || found.kind !== 'word' || !isReserved(found.terminal)) return null;
  return `${found.value} is a reserved word: put it in double quotes to use it as a name.`;
}

/** Builds the error of a text that does not follow the grammar, with the place, what was expected and the nearest keyword. */
export function syntaxError(failure: SyntaxFailure): PlatformError {
  const { text, found, previous } = failure;
  const known = new Set(failure.expected);
  const endsHere = known.delete(END);
  const expected = endsHere ? [...known, END] : [...known];
  const location = locate(text, found.start, found.end);
  const raw = text.slice(found.start, Math.min(found.end, found.start + FOUND_LENGTH_MAX));
  const foundText = found.kind === 'end' ? END : `'${raw}'`;
  const candidates = [...expected, ...failure.suggested];
  const ownKeyword = nearestKeyword(found, candidates);
  const previousKeyword = ownKeyword === null ? nearestKeyword(previous, candidates) : null;
  const previousText = previousKeyword === null || previous === null ? '' : ` after '${text.slice(previous.start, previous.end)}'`;
  const keyword = ownKeyword ?? previousKeyword;
  const hint = findHint({ text, found, previous, expected }, keyword);
  const suggestion = keyword === null ? '' : ` (did you mean ${keyword}?)`;
  return new PlatformError(
    'SQL_SYNTAX',
    `line ${location.line}, column ${location.column}: expected ${listExpected(expected)}, found ${foundText}${previousText}${suggestion}`,
    {
      location,
      details: { found: raw, expected },
      ...(hint === null ? {} : { hint }),
    },
  );
}
