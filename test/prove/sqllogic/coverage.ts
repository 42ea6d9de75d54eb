import { readdirSync, readFileSync } from 'node:fs';
import { type PlanFeature, planRequirements } from '../../../spi/index.ts';
import type { BoundStatement } from '../../../sql/bind/index.ts';
import { FUNCTIONS } from '../../../sql/functions/function-catalogue.ts';
import { tokenize } from '../../../sql/lex/index.ts';
import { parseStatement } from '../../../sql/parse/index.ts';
import type { SqlLogicRecord } from './record.ts';

/** A statement that fails in this way may be of no grammar. */
const UNREAD_CODES: ReadonlySet<string | null> = new Set([null, 'SQL_SYNTAX', 'SQL_TOO_DEEP', 'SQL_TOO_LONG', 'SQL_MULTIPLE_STATEMENTS']);

/** What records have touched so far. */
export class Coverage {
  readonly #functions = new Set<string>();
  readonly #spellings = new Set<string>();
  readonly #features = new Set<PlanFeature>();
  readonly #syntax = new Set<string>();
  readonly #points = new Set<string>();

  /** Counts the text of a record, whether or not it is run. */
  addText(record: SqlLogicRecord): void {
    for (const comment of record.comments) {
      const point = /^semantics: (.+)$/.exec(comment);
      if (point?.[1] !== undefined) this.#points.add(point[1]);
    }
    if (record.kind === 'statement' && record.outcome.kind === 'error' && UNREAD_CODES.has(record.outcome.code)) return;
    addKinds(parseStatement(record.sql), this.#syntax);
    if (record.kind === 'statement') return;
    for (const { start, end } of tokenize(record.sql)) this.#spellings.add(record.sql.slice(start, end).toLowerCase());
  }

  /** Counts what a record's plan asks of engines. */
  addBound(statement: BoundStatement): void {
    if (!('query' in statement)) return;
    const { functions, features } = planRequirements(statement.query.plan);
    for (const name of functions) this.#functions.add(name);
    for (const feature of features) this.#features.add(feature);
  }

  /** Names of functions, and spellings of them, that no record has. */
  get missingFunctions(): readonly string[] {
    const names = FUNCTIONS.filter(({ name }) => !this.#functions.has(name)).map(({ name }) => name);
    const spellings = FUNCTIONS.flatMap((entry) => entry.spellings).filter((spelling) => !this.#spellings.has(spelling));
    return [...new Set([...names, ...spellings])];
  }

  /** Parts of the algebra, of those given, that no record has. */
  missingFeatures(features: readonly PlanFeature[]): readonly PlanFeature[] {
    return features.filter((feature) => !this.#features.has(feature));
  }

  /** Kinds of nodes of the syntax tree that no record has. */
  get missingSyntax(): readonly string[] {
    return syntaxKinds().filter((kind) => !this.#syntax.has(kind));
  }

  /** Points of the page about meaning that no record names. */
  get missingPoints(): readonly string[] {
    return semanticPoints().filter((point) => !this.#points.has(point));
  }
}

/** Returns the points of docs/sql/semantics.md: the first cell of each row of its tables, as plain text. */
export function semanticPoints(page = readFileSync(new URL('../../../docs/sql/semantics.md', import.meta.url), 'utf8')): readonly string[] {
  const cells = page.split('\n').flatMap((line) => /^\| (.+?) \| .+ \|$/.exec(line.replaceAll('\\|', '\u0001'))?.[1] ?? []);
  return cells.filter((cell) => cell !== 'question').map((cell) => cell.replaceAll('\u0001', '|').replaceAll('`', ''));
}

/** Returns the names of all kinds of nodes that sql/ast declares. */
function syntaxKinds(): readonly string[] {
  const folder = new URL('../../../sql/ast/', import.meta.url);
  const sources = readdirSync(folder).map((name) => readFileSync(new URL(name, folder), 'utf8'));
  const kinds = sources.flatMap((source) => [...source.matchAll(/readonly kind: ((?:'\w+'(?: \| )?)+);/g)].map((match) => match[1] ?? ''));
  return [...new Set(kinds.flatMap((kind) => kind.split(' | ').map((name) => name.replaceAll("'", ''))))];
}

function addKinds(value: unknown, kinds: Set<string>): void {
  if (Array.isArray(value)) {
    for (const item of value) addKinds(item, kinds);
  } else if (typeof value === 'object' && value !== null) {
    const { kind } = value as { readonly kind?: unknown };
    if (typeof kind === 'string') kinds.add(kind);
    for (const item of Object.values(value)) addKinds(item, kinds);
  }
}
