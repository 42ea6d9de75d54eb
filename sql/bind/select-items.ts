import { type Expression as PlanExpression, nearestName } from '../../spi/index.ts';
import type { Expression, Select, SelectExpression, SelectItem, Span, Star } from '../ast/index.ts';
import { bindError, didYouMean } from './bind-error.ts';
import { bindWithin, type ExpressionContext, inScope } from './binder-state.ts';
import { settled } from './coercion.ts';
import { expandColumns } from './expand-columns.ts';
import { chargeExpressions } from './expression-budget.ts';
import { sameName } from './relation-name.ts';
import { columnExpression, hideAlias } from './scope.ts';
import { isOf, type ScopeColumn } from './scope-columns.ts';
import { textMentions } from './text-mentions.ts';

/** An entry of the SELECT list after `*` is written out. */
export interface SelectedItem {
  readonly name: string;
  /** True when the text gives the name: an alias, or a column that passes through. ORDER BY finds those only. */
  readonly isNamed: boolean;
  readonly expression: PlanExpression;
  readonly span: Span;
}

const NO_ALIASES: ReadonlyMap<string, Expression> = new Map();

/** Returns the aliases that a SELECT list defines, by lower-case name. */
export function selectAliases(node: Select): ReadonlyMap<string, Expression> {
  let aliases: Map<string, Expression> | null = null;
  for (const item of node.items) {
    if (item.kind !== 'select-expression' || item.alias === null) continue;
    aliases ??= new Map();
    aliases.set(item.alias.name.toLowerCase(), item.expression);
  }
  return aliases ?? NO_ALIASES;
}

/** Binds the SELECT list. */
export function bindItems(context: ExpressionContext, node: Select): readonly SelectedItem[] {
  const written = textMentions(context.state.source, 'columns')
    ? node.items.flatMap((item): readonly SelectItem[] => (item.kind === 'star' ? [item] : expandColumns(context, item)))
    : node.items;
  const items: SelectedItem[] = [];
  for (const item of written) {
    if (item.kind === 'star') items.push(...expandStar(context, item));
    else items.push(bindItem(context, item));
  }
  return items;
}

function bindItem(context: ExpressionContext, { alias, expression: node }: SelectExpression): SelectedItem {
  const inner = alias === null ? context : inScope(context, hideAlias(context.scope, alias.name));
  const expression = settled(context.state, bindWithin(inner, node));
  const isNamed = alias !== null || node.kind === 'column-reference';
  return { name: alias?.name ?? nameOf(context.state.source.text, node), isNamed, expression, span: node.span };
}

/** Units: characters of the longest name that is made from a text. */
const NAME_LENGTH_MAX = 60;

/** The name of a column without an alias: that of the column or field it comes from, else the expression as it was written. */
function nameOf(text: string, expression: Expression): string {
  switch (expression.kind) {
    case 'column-reference':
      return expression.parts.at(-1)?.name ?? 'column';
    case 'field-access':
      return expression.field.name;
    case 'cast':
      return nameOf(text, expression.operand);
    default: {
      const written = text.slice(expression.span.start, expression.span.end).replaceAll(/\s+/g, ' ');
      return written.length <= NAME_LENGTH_MAX ? written : `${written.slice(0, NAME_LENGTH_MAX - 1)}…`;
    }
  }
}

function expandStar(context: ExpressionContext, star: Star): readonly SelectedItem[] {
  const { state, scope } = context;
  const qualifier = star.qualifier?.parts.map((part) => part.name.toLowerCase()) ?? [];
  const matching = scope.columns.all().filter((column) => isOf(column, qualifier, qualifier.length));
  if (matching.length === 0) throw emptyStar(context, star);
  chargeExpressions(state, matching.length, star.span);
  const columns = qualifier.length === 0 ? matching : [...matching].sort((left, right) => left.position - right.position);
  for (const name of [...star.exclude, ...[...star.replace, ...star.rename].map((change) => change.column)]) {
    if (columns.some((column) => sameName(column.name, name.name))) continue;
    const hint = didYouMean(
      nearestName(
        name.name,
        columns.map((column) => column.name),
      ),
    );
    throw bindError(state, 'SQL_UNKNOWN_COLUMN', `* has no column ${name.name}`, name.span, { hint });
  }
  return columns
    .filter((column) => !star.exclude.some((name) => sameName(name.name, column.name)))
    .map((column) => {
      const renaming = star.rename.find((candidate) => sameName(candidate.column.name, column.name));
      const item = starItem(context, star, column);
      return renaming === undefined ? item : { ...item, name: renaming.name.name };
    });
}

function starItem(context: ExpressionContext, star: Star, column: ScopeColumn): SelectedItem {
  const replacement = star.replace.find((candidate) => sameName(candidate.column.name, column.name));
  if (replacement !== undefined) {
    const expression = settled(context.state, bindWithin(context, replacement.expression));
    return { name: column.name, isNamed: true, expression, span: replacement.span };
  }
  const expression = columnExpression(column);
  context.state.spans.note(expression, star.span);
  return { name: column.name, isNamed: true, expression, span: star.span };
}

function emptyStar(context: ExpressionContext, star: Star): Error {
  const { state, scope } = context;
  if (star.qualifier === null) return bindError(state, 'SQL_UNKNOWN_COLUMN', '* needs a FROM clause', star.span);
  const written = star.qualifier.parts.map((part) => part.name).join('.');
  const tables = new Set(scope.columns.all().flatMap((column) => (column.table === null ? [] : [column.table])));
  const hint = didYouMean(nearestName(written, tables));
  return bindError(state, 'SQL_UNKNOWN_COLUMN', `no table of the name ${written} is in scope`, star.span, { hint });
}
