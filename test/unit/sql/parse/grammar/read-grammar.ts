import { readFileSync } from 'node:fs';
import type { GrammarCases } from './grammar-cases.ts';

/** The productions of a page, and the token classes that it lists. */
export interface GrammarPage {
  /** Right sides by name, with white space folded. */
  readonly productions: ReadonlyMap<string, string>;
  readonly tokenClasses: ReadonlySet<string>;
  /** Names that are defined more than once. */
  readonly repeated: readonly string[];
}

/** Reads docs/sql/grammar.md: productions stand in fenced blocks of the language `ebnf` as `name ::= ...`, longer ones go on in indented
 *  lines; token classes are the first column of the table of classes. */
export function readGrammar(): GrammarPage {
  return grammarOf(readFileSync(new URL('../../../../../docs/sql/grammar.md', import.meta.url), 'utf8'));
}

/** Reads the text of such a page. */
export function grammarOf(text: string): GrammarPage {
  const productions = new Map<string, string>();
  const repeated: string[] = [];
  for (const [, block = ''] of text.matchAll(/^```ebnf\n([\s\S]*?)^```/gm)) {
    for (const [, name = '', right = ''] of block.replace(/\n\s+/g, ' ').matchAll(/^(\w+) ::= (.*)$/gm)) {
      if (productions.has(name)) repeated.push(name);
      productions.set(name, right.replace(/\s+/g, ' ').trim());
    }
  }
  const table = /\| class \|[^\n]*\n\|[-|]+\n((?:\|[^\n]*\n)*)/.exec(text)?.[1] ?? '';
  const tokenClasses = new Set([...table.matchAll(/^\| `(\w+)` \|/gm)].map((match) => match[1] ?? ''));
  return { productions, tokenClasses, repeated };
}

/** Returns what right sides name that is neither a production nor a token class. */
export function danglingReferences({ productions, tokenClasses }: GrammarPage): readonly string[] {
  return [...productions].flatMap(([name, right]) =>
    referencesOf(right)
      .filter((reference) => !productions.has(reference) && !tokenClasses.has(reference))
      .map((reference) => `${name}: ${reference}`),
  );
}

/** Returns the productions that have fewer than two accepted or two refused texts. */
export function thinProductions({ productions }: GrammarPage, cases: readonly GrammarCases[]): readonly string[] {
  return [...productions.keys()].filter((name) => {
    const own = cases.filter((entry) => entry.production === name);
    const count = (list: 'accepts' | 'rejects'): number => own.reduce((sum, entry) => sum + entry[list].length, 0);
    return count('accepts') < 2 || count('rejects') < 2;
  });
}

function referencesOf(right: string): readonly string[] {
  return [...right.replace(/'[^']*'/g, ' ').matchAll(/\b[a-z]\w*\b/g)].map((match) => match[0]);
}
