import { seededRandom } from '../../../tck/truth/seeded-random.ts';
import { deepStatement } from './deep-statement.ts';
import { hugeToken, mutateCharacters, randomCharacters } from './mutate-characters.ts';
import { mutateTokens, tokenTexts } from './mutate-tokens.ts';
import { pick, type Random } from './random-choice.ts';
import { StatementWriter } from './random-statement.ts';

/** Ways of making an input. */
export const FUZZ_KINDS = ['productions', 'tokens', 'token-soup', 'characters', 'deep', 'huge-token'] as const;

/** One of the ways. */
export type FuzzKind = (typeof FUZZ_KINDS)[number];

/** Two of three inputs follow the grammar or nearly do, for most other text ends in the lexer. */
const SCHEDULE: readonly FuzzKind[] = [
  'productions',
  'tokens',
  'productions',
  'tokens',
  'characters',
  'tokens',
  'productions',
  'token-soup',
  'deep',
  'characters',
];
const HUGE_TOKEN_EVERY = 50;

/** Makes inputs from whole statements and their tokens. */
export class FuzzInputs {
  readonly #seed: number;
  readonly #statements: readonly string[];
  readonly #tokens: readonly (readonly string[])[];
  readonly #vocabulary: readonly string[];

  constructor(seed: number, statements: readonly string[]) {
    this.#seed = seed;
    this.#statements = statements;
    this.#tokens = statements.map(tokenTexts);
    this.#vocabulary = [...new Set(this.#tokens.flat())];
  }

  /** Returns the input of a number: always the same for the same seed and statements. */
  at(index: number): { readonly kind: FuzzKind; readonly text: string } {
    const random = seededRandom(Math.imul(this.#seed, 0x9e3779b1) ^ index);
    const kind = index % HUGE_TOKEN_EVERY === 0 ? 'huge-token' : (SCHEDULE[index % SCHEDULE.length] ?? 'tokens');
    return { kind, text: this.#make(kind, random) };
  }

  #make(kind: FuzzKind, random: Random): string {
    switch (kind) {
      case 'productions':
        return new StatementWriter(random).statement();
      case 'tokens':
        return mutateTokens(pick(random, this.#tokens), random, this.#vocabulary);
      case 'token-soup':
        return Array.from({ length: 1 + Math.floor(random() * 30) }, () => pick(random, this.#vocabulary)).join(' ');
      case 'characters':
        return random() < 0.2 ? randomCharacters(random) : mutateCharacters(pick(random, this.#statements), random);
      case 'deep':
        return deepStatement(random);
      case 'huge-token':
        return hugeToken(random);
    }
  }
}
