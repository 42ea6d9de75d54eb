import type { Expression, Select } from '../ast/index.ts';
import type { SourceText } from './bind-error.ts';
import type { ScopeColumns } from './scope-columns.ts';
import { textMentions } from './text-mentions.ts';

/** WHERE in two parts: what is tested on the rows of FROM, and what must wait until window functions have their values, as QUALIFY does. */
export interface Conditions {
  readonly where: Expression | null;
  readonly qualify: Expression | null;
}

/** Splits WHERE: an operand of its outermost AND that names the alias of an item with a window function is tested with QUALIFY. A column of that
 *  name comes first, as everywhere in WHERE. */
export function splitConditions(
  node: Select,
  columns: ScopeColumns,
  selected: ReadonlyMap<string, Expression>,
  source: SourceText,
): Conditions {
  if (node.where === null || !textMentions(source, 'over')) return { where: node.where, qualify: node.qualify };
  const aliases = [...selected].flatMap(([name, expression]) => (holdsWindow(expression) ? [name] : []));
  const late = new Set(aliases.filter((name) => columns.find([name], 0).length === 0));
  if (late.size === 0) return { where: node.where, qualify: node.qualify };
  const operands = conjuncts(node.where);
  return {
    where: conjunction(operands.filter((operand) => !namesOne(operand, late))),
    qualify: conjunction([...(node.qualify === null ? [] : [node.qualify]), ...operands.filter((operand) => namesOne(operand, late))]),
  };
}

function conjuncts(expression: Expression): readonly Expression[] {
  return expression.kind === 'logical' && expression.operator === 'and' ? expression.operands.flatMap(conjuncts) : [expression];
}

function conjunction(operands: readonly Expression[]): Expression | null {
  const [first, ...more] = operands;
  if (first === undefined || more.length === 0) return first ?? null;
  const end = operands.at(-1)?.span.end ?? first.span.end;
  return { kind: 'logical', operator: 'and', operands, span: { start: first.span.start, end } };
}

function holdsWindow(root: Expression): boolean {
  return some(root, (node) => node.kind === 'function-call' && 'over' in node && node.over !== null);
}

function namesOne(root: Expression, names: ReadonlySet<string>): boolean {
  return some(root, (node) => {
    if (node.kind !== 'column-reference') return false;
    const { parts } = node as Extract<Expression, { kind: 'column-reference' }>;
    return parts.length === 1 && names.has((parts[0]?.name ?? '').toLowerCase());
  });
}

/** Walks over an expression without its subqueries, which have names of their own. */
function some(root: Expression, test: (node: { readonly kind: string }) => boolean): boolean {
  const pending: object[] = [root];
  for (let node = pending.pop(); node !== undefined; node = pending.pop()) {
    const kind = 'kind' in node ? node.kind : null;
    if (kind === 'query') continue;
    if (typeof kind === 'string' && test(node as { readonly kind: string })) return true;
    for (const key in node) {
      const child = key === 'span' ? null : (node as Readonly<Record<string, unknown>>)[key];
      if (typeof child === 'object' && child !== null) pending.push(child);
    }
  }
  return false;
}
