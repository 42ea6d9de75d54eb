import { nearestName } from '../../spi/index.ts';
import type { Expression, FunctionCall, Identifier, SelectExpression } from '../ast/index.ts';
import { bindError, didYouMean, unsupported } from './bind-error.ts';
import type { ExpressionContext } from './binder-state.ts';
import { chargeCopies } from './expression-budget.ts';
import { sameName } from './relation-name.ts';

/** Writes an entry of a SELECT list that holds `COLUMNS(*)` or `COLUMNS(['a', 'b'])` out: one entry per column, named by the column.
 *  All COLUMNS of an entry stand for the same column at a time.
 *  @throws SQL_UNKNOWN_COLUMN, SQL_UNSUPPORTED for a pattern or a lambda over names */
export function expandColumns(context: ExpressionContext, item: SelectExpression): readonly SelectExpression[] {
  const found = findColumns(item.expression);
  if (found === null) return [item];
  const names = columnNames(context, found);
  if (names.length === 0) throw bindError(context.state, 'SQL_UNKNOWN_COLUMN', 'COLUMNS needs a FROM clause', found.span);
  chargeCopies(context.state, item, names.length, found.span);
  return names.map((name): SelectExpression => {
    const identifier: Identifier = { kind: 'identifier', name, quoted: true, span: found.span };
    const column: Expression = { kind: 'column-reference', parts: [identifier], span: found.span };
    const expression = replaceColumns(item.expression, column) as Expression;
    return { ...item, expression, alias: item.alias ?? identifier };
  });
}

function isColumns(node: object): node is FunctionCall {
  if (!('kind' in node) || node.kind !== 'function-call') return false;
  const { parts } = (node as FunctionCall).name;
  return parts.length === 1 && parts[0]?.quoted === false && parts[0].name.toLowerCase() === 'columns';
}

function isNode(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}

/** Queries inside have columns of their own. */
const isQuery = (node: object): boolean => 'kind' in node && node.kind === 'query';

function findColumns(root: object): FunctionCall | null {
  const pending = [root];
  for (let node = pending.pop(); node !== undefined; node = pending.pop()) {
    if (isColumns(node)) return node;
    if (!isQuery(node)) pending.push(...(Object.values(node) as unknown[]).filter(isNode));
  }
  return null;
}

function replaceColumns(node: unknown, column: Expression): unknown {
  if (Array.isArray(node)) return node.map((entry) => replaceColumns(entry, column));
  if (!isNode(node) || isQuery(node)) return node;
  if (isColumns(node)) return column;
  return Object.fromEntries(Object.entries(node).map(([key, value]) => [key, replaceColumns(value, column)]));
}

function columnNames(context: ExpressionContext, node: FunctionCall): readonly string[] {
  const visible = context.scope.columns
    .all()
    .filter((column) => !column.qualifiedOnly)
    .map((column) => column.name);
  if (node.star) return visible;
  const [argument] = node.arguments;
  if (argument?.value.kind !== 'list') {
    throw unsupported(context.state, 'COLUMNS of this form', node.span, "Write COLUMNS(*) or COLUMNS(['a', 'b']).");
  }
  return argument.value.elements.map((element) => {
    const written =
      element.kind === 'string-literal' ? element.value : element.kind === 'column-reference' ? element.parts[0]?.name : undefined;
    const name = visible.find((candidate) => written !== undefined && sameName(candidate, written));
    if (name !== undefined) return name;
    const hint = didYouMean(nearestName(written ?? '', visible));
    throw bindError(context.state, 'SQL_UNKNOWN_COLUMN', `no column of the name ${written ?? ''} is in scope`, element.span, { hint });
  });
}
