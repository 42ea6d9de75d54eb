import { type Expression as PlanExpression, nearestName } from '../../spi/index.ts';
import type { Expression, Identifier, Span } from '../ast/index.ts';
import { bindError, didYouMean, type Located } from './bind-error.ts';
import { sameName } from './relation-name.ts';
import { type ScopeColumn, ScopeColumns } from './scope-columns.ts';

/** The columns that an expression may name, and those of the queries around it. */
export interface Scope {
  /** In the order of `*`. */
  readonly columns: ScopeColumns;
  /** Aliases of the SELECT list, by lower-case name; a column of the same name comes first. */
  readonly aliases: ReadonlyMap<string, Expression> | null;
  /** Aliases whose own expressions are being bound: they are not to be found. */
  readonly hiddenAliases?: HiddenAlias | null;
  readonly outer: Scope | null;
  /** The windows of time by which the SELECT groups; left out for none. */
  readonly groupWindow?: GroupWindow | null;
}

/** The windows of time by which a SELECT groups. */
export interface GroupWindow {
  readonly kind: 'tumble' | 'hop' | 'session';
  /** Id of the column of the time. */
  readonly timeId: number;
  readonly lengthsUs: readonly bigint[];
  readonly start: ScopeColumn;
  readonly end: ScopeColumn;
}

/** What a dotted name stands for. */
export type Resolution =
  | { readonly kind: 'column'; readonly column: ScopeColumn; readonly fields: readonly Identifier[] }
  /** The expression is to be bound in the scope given with it, in which the alias itself is hidden. */
  | { readonly kind: 'alias'; readonly expression: Expression; readonly scope: Scope };

/** A scope in which nothing can be named. */
export const EMPTY_SCOPE: Scope = { columns: ScopeColumns.NONE, aliases: null, outer: null };

/** Finds what a name stands for: in the innermost scope first, there columns before aliases. Parts after the column's name are struct fields.
 *  @throws SQL_UNKNOWN_COLUMN, SQL_AMBIGUOUS_COLUMN */
export function resolveName(place: Located, scope: Scope, parts: readonly Identifier[], span: Span): Resolution {
  const keys = keysOf(parts);
  for (let current: Scope | null = scope; current !== null; current = current.outer) {
    const found = resolveIn(place, current, parts, keys, span);
    if (found !== null) return found;
  }
  const hidden = resolveHidden(scope, parts);
  if (hidden !== null) return hidden;
  throw unknownColumn(place, scope, parts, span);
}

/** Most names have one part or two. */
function keysOf(parts: readonly Identifier[]): readonly string[] {
  const [first, second] = parts;
  if (first === undefined || parts.length > 2) return parts.map((part) => part.name.toLowerCase());
  return second === undefined ? [first.name.toLowerCase()] : [first.name.toLowerCase(), second.name.toLowerCase()];
}

/** `a.x` of a subquery without a name, `(SELECT a.x FROM a)`. */
function resolveHidden(scope: Scope, [table, name, ...fields]: readonly Identifier[]): Resolution | null {
  if (table === undefined || name === undefined) return null;
  const matches = scope.columns
    .made()
    .filter((column) => column.innerTable !== undefined && sameName(column.innerTable, table.name) && sameName(column.name, name.name));
  const [column, second] = matches;
  return column === undefined || second !== undefined ? null : { kind: 'column', column, fields };
}

const QUALIFIERS_MAX = 3;
const NO_FIELDS: readonly Identifier[] = [];

function resolveIn(place: Located, scope: Scope, parts: readonly Identifier[], keys: readonly string[], span: Span): Resolution | null {
  for (let qualifiers = Math.min(QUALIFIERS_MAX, keys.length - 1); qualifiers >= 0; qualifiers -= 1) {
    const matches = scope.columns.find(keys, qualifiers);
    const column = matches[0];
    if (column === undefined) continue;
    if (matches.length > 1 && matches.some((other) => other.id !== column.id)) {
      throw ambiguous(place, parts.map((part) => part.name).join('.'), matches, span);
    }
    return { kind: 'column', column, fields: qualifiers === keys.length - 1 ? NO_FIELDS : parts.slice(qualifiers + 1) };
  }
  const [key = ''] = keys;
  const alias = keys.length === 1 ? aliasOf(scope, key) : undefined;
  return alias === undefined ? null : { kind: 'alias', expression: alias, scope: hideAlias(scope, key) };
}

/** The alias hidden last, by lower-case name, and those hidden before it. */
interface HiddenAlias {
  readonly key: string;
  readonly others: HiddenAlias | null;
}

function aliasOf({ aliases, hiddenAliases }: Scope, key: string): Expression | undefined {
  for (let hidden = hiddenAliases ?? null; hidden !== null; hidden = hidden.others) if (hidden.key === key) return undefined;
  return aliases?.get(key);
}

/** Returns the scope for the expression of an alias: `SELECT a + 1 AS a` reads a column a, never itself. */
export function hideAlias(scope: Scope, name: string): Scope {
  const { columns, aliases, outer, groupWindow = null } = scope;
  return { columns, aliases, outer, hiddenAliases: { key: name.toLowerCase(), others: scope.hiddenAliases ?? null }, groupWindow };
}

/** Returns a reference to a column of the scope. */
export function columnExpression(column: Pick<ScopeColumn, 'id' | 'type'>): PlanExpression {
  return { kind: 'column', id: column.id, type: column.type };
}

function ambiguous(place: Located, name: string, matches: readonly ScopeColumn[], span: Span): Error {
  const candidates = matches.map((column) => (column.table === null ? column.name : `${column.table}.${column.name}`));
  const hint = `It may be ${[...new Set(candidates)].join(' or ')}.`;
  return bindError(place, 'SQL_AMBIGUOUS_COLUMN', `more than one column has the name ${name}`, span, { hint, details: { candidates } });
}

/** More are no help. */
const TABLES_LISTED_MAX = 6;

function unknownColumn(place: Located, scope: Scope, parts: readonly Identifier[], span: Span): Error {
  const written = parts.map((part) => part.name).join('.');
  const names: string[] = [];
  const tables: string[] = [];
  for (let current: Scope | null = scope; current !== null; current = current.outer) {
    const columns = current.columns.all();
    names.push(...columns.map((column) => column.name), ...(current.aliases?.keys() ?? []));
    tables.push(...columns.flatMap((column) => (column.table === null ? [] : [column.table])));
  }
  const [first = '', second] = parts.map((part) => part.name);
  const knowsTable = second !== undefined && tables.some((table) => sameName(table, first));
  if (second !== undefined && !knowsTable && !names.some((name) => sameName(name, first))) {
    const inScope = [...new Set(tables)];
    const listed = inScope.length === 0 || inScope.length > TABLES_LISTED_MAX ? undefined : `In scope: ${inScope.join(', ')}.`;
    const hint = didYouMean(nearestName(first, inScope)) ?? listed;
    return bindError(place, 'SQL_UNKNOWN_COLUMN', `no table of the name ${first} is in scope (in ${written})`, span, { hint });
  }
  const inDoubleQuotes = second === undefined && place.source.text.charAt(span.start) === '"';
  const asText = inDoubleQuotes ? `Text stands in single quotes: '${first.replaceAll("'", "''")}'.` : undefined;
  const hint = didYouMean(nearestName(second ?? first, new Set(names))) ?? asText;
  return bindError(place, 'SQL_UNKNOWN_COLUMN', `no column of the name ${written} is in scope`, span, { hint });
}
