import { tokenize } from '../../../sql/lex/index.ts';
import { below, pick, type Random } from './random-choice.ts';

const EDITS_MAX = 4;
const NESTED_MAX = 400;

type Edit = (tokens: string[], at: number, random: Random, vocabulary: readonly string[]) => void;

const EDITS: readonly Edit[] = [
  (tokens, at) => tokens.splice(at, 1),
  (tokens, at) => tokens.splice(at, 0, tokens[at] ?? ''),
  (tokens, at) => tokens.splice(at, 2, tokens[at + 1] ?? '', tokens[at] ?? ''),
  (tokens, at, random, vocabulary) => tokens.splice(at, 1, pick(random, vocabulary)),
  (tokens, at, random, vocabulary) => tokens.splice(at, 0, pick(random, vocabulary)),
  (tokens, at, random) =>
    tokens.splice(at, 1 + below(random, 8), ...tokens.slice(below(random, tokens.length)).slice(0, 1 + below(random, 20))),
  (tokens, at, random) => {
    const length = 1 + below(random, 12);
    const inside = tokens.slice(at, at + length);
    const levels = random() < 0.9 ? 1 + below(random, 3) : below(random, NESTED_MAX);
    tokens.splice(at, length, '('.repeat(levels), ...inside, ')'.repeat(levels));
  },
];

/** Returns the texts of a statement's tokens. */
export function tokenTexts(sql: string): string[] {
  return tokenize(sql)
    .map(({ start, end }) => sql.slice(start, end))
    .filter((text) => text !== '');
}

/** Returns a statement with some of its tokens dropped, doubled, swapped, replaced, added, copied from elsewhere in it, or put into parentheses. */
export function mutateTokens(given: readonly string[], random: Random, vocabulary: readonly string[]): string {
  const tokens = [...given];
  const edits = 1 + below(random, EDITS_MAX);
  for (let edit = 0; edit < edits; edit++) pick(random, EDITS)(tokens, below(random, Math.max(1, tokens.length)), random, vocabulary);
  return tokens.join(' ');
}
