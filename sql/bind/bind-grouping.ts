import type { AggregateColumn, Expression as PlanExpression, ProjectColumn } from '../../spi/index.ts';
import type { Expression, GroupBy, GroupingElement, GroupingSet, Select, Span } from '../ast/index.ts';
import { mapExpression } from '../plan/index.ts';
import { bindError } from './bind-error.ts';
import { literal } from './bind-literal.ts';
import { type BinderState, bindWithin, type ExpressionContext } from './binder-state.ts';
import { settled } from './coercion.ts';
import { expressionKey } from './expression-key.ts';
import { mayBeNull } from './expression-nullability.ts';
import type { SelectedItem } from './select-items.ts';

const SETS_MAX = 4096;

/** The groups of a SELECT, before its other expressions are rewritten to read them. */
export interface Grouping {
  readonly groups: readonly ProjectColumn[];
  readonly groupingSets: readonly (readonly number[])[] | null;
}

/** Binds GROUP BY: ordinals, columns before aliases, sets in ROLLUP, CUBE and GROUPING SETS, ALL. */
export function bindGrouping(
  context: ExpressionContext,
  groupBy: GroupBy | null,
  node: Select,
  items: readonly SelectedItem[],
  isAggregate: (item: SelectedItem) => boolean,
): Grouping {
  if (groupBy === null) return { groups: [], groupingSets: null };
  const collected = new GroupCollector(context.state);
  if (groupBy.kind === 'group-by-all') {
    for (const item of items) if (!isAggregate(item)) collected.add(item.expression, item.name);
    return { groups: collected.finish(false), groupingSets: null };
  }
  const add = (expression: Expression): number => {
    const item = ordinalItem(context, expression, items);
    if (item !== null && isAggregate(item)) {
      throw bindError(
        context.state,
        'SQL_GROUPING',
        'GROUP BY names a column of the SELECT list that holds an aggregate or window function',
        expression.span,
      );
    }
    const bound = item?.expression ?? settled(context.state, bindWithin(context, expression));
    return collected.add(bound, item?.name ?? nameOf(expression));
  };
  if (groupBy.elements.every((element) => element.kind === 'grouping-set')) {
    for (const { expressions } of groupBy.elements) for (const expression of expressions) add(expression);
    return { groups: collected.finish(false), groupingSets: null };
  }
  let sets: readonly (readonly number[])[] = [[]];
  for (const element of groupBy.elements) {
    const expanded = expandElement(element, add);
    sets = sets.flatMap((set) => expanded.map((other) => union(set, other)));
    if (sets.length > SETS_MAX)
      throw bindError(context.state, 'SQL_TOO_DEEP', `GROUP BY makes more than ${String(SETS_MAX)} grouping sets`, node.span);
  }
  const [only, ...more] = sets;
  const isPlain = more.length === 0 && only?.length === collected.size;
  return { groups: collected.finish(!isPlain), groupingSets: isPlain ? null : sets };
}

class GroupCollector {
  readonly #byKey = new Map<string, { readonly index: number; readonly expression: PlanExpression; readonly name: string }>();
  readonly #state: BinderState;

  constructor(state: BinderState) {
    this.#state = state;
  }

  get size(): number {
    return this.#byKey.size;
  }

  add(expression: PlanExpression, name: string): number {
    const key = expressionKey(expression);
    const known = this.#byKey.get(key);
    if (known !== undefined) return known.index;
    const index = this.#byKey.size;
    this.#byKey.set(key, { index, expression, name });
    return index;
  }

  finish(hasSets: boolean): readonly ProjectColumn[] {
    const { columns } = this.#state;
    return [...this.#byKey.values()].map(({ expression, name }) =>
      columns.create({ name, type: expression.type, nullable: hasSets || mayBeNull(columns, expression), expression }),
    );
  }
}

function ordinalItem(context: ExpressionContext, expression: Expression, items: readonly SelectedItem[]): SelectedItem | null {
  if (expression.kind !== 'number-literal' || expression.form !== 'integer') return null;
  const item = items[Number(expression.text) - 1];
  if (item !== undefined) return item;
  const message = `GROUP BY ${expression.text}: the SELECT list has ${String(items.length)} columns`;
  throw bindError(context.state, 'SQL_UNKNOWN_COLUMN', message, expression.span);
}

const nameOf = (expression: Expression): string =>
  expression.kind === 'column-reference' ? (expression.parts.at(-1)?.name ?? 'group') : 'group';

function expandElement(element: GroupingElement, add: (expression: Expression) => number): readonly (readonly number[])[] {
  const indexes = (set: GroupingSet): readonly number[] => union([], set.expressions.map(add));
  switch (element.kind) {
    case 'grouping-set':
      return [indexes(element)];
    case 'rollup': {
      const sets = element.sets.map(indexes);
      return [...sets.map((_, index) => sets.slice(0, sets.length - index).flat()), []].map((set) => union([], set));
    }
    case 'cube': {
      let sets: readonly (readonly number[])[] = [[]];
      for (const set of element.sets.map(indexes).toReversed()) sets = [...sets.map((other) => union(set, other)), ...sets];
      return sets.slice(0, SETS_MAX + 1);
    }
    case 'grouping-sets':
      return element.elements.flatMap((inner) => expandElement(inner, add));
  }
}

const union = (left: readonly number[], right: readonly number[]): readonly number[] => [...new Set([...left, ...right])];

/** Rewrites expressions of an aggregated SELECT so that they read group and aggregate columns.
 *  `isInput` tells by id the columns that must not show outside aggregate functions.
 *  @throws SQL_GROUPING when one does */
export function groupRewriter(
  state: BinderState,
  groups: readonly ProjectColumn[],
  isInput: readonly boolean[],
): (expression: PlanExpression, span: Span) => PlanExpression {
  const byId = new Map<number, ProjectColumn>();
  const byKey = new Map<string, ProjectColumn>();
  const shapes = new Set<string>();
  for (const group of groups) {
    if (group.expression.kind === 'column') byId.set(group.expression.id, group);
    else {
      byKey.set(expressionKey(group.expression), group);
      shapes.add(shapeOf(group.expression));
    }
  }
  const groupOf = (part: PlanExpression): ProjectColumn | undefined => {
    if (part.kind === 'column') return byId.get(part.id);
    return shapes.size > 0 && shapes.has(shapeOf(part)) ? byKey.get(expressionKey(part)) : undefined;
  };
  return (expression, span) =>
    mapExpression(expression, (part) => {
      const group = groupOf(part);
      if (group !== undefined) return { kind: 'column', id: group.id, type: group.type };
      if (part.kind !== 'column' || isInput[part.id] !== true) return null;
      const hint = 'Add it to GROUP BY, or take any_value() of it.';
      const place = state.spans.of(part);
      const written = place === undefined ? 'a column' : `the column ${state.source.text.slice(place.start, place.end)}`;
      throw bindError(state, 'SQL_GROUPING', `${written} is neither in GROUP BY nor inside an aggregate function`, place ?? span, { hint });
    });
}

const shapeOf = (expression: PlanExpression): string => (expression.kind === 'call' ? expression.function : expression.kind);

/** Gives calls of grouping() the positions of their arguments among the groups.
 *  @throws SQL_GROUPING when an argument is no group */
export function resolveGroupings(
  state: BinderState,
  calls: Iterable<AggregateColumn>,
  groups: readonly ProjectColumn[],
  span: Span,
): readonly AggregateColumn[] {
  const columns = [...calls];
  if (columns.length === 0) return columns;
  const positions = new Map(groups.map((group, index) => [expressionKey(group.expression), index]));
  return columns.map((column) => {
    const given = column.call.arguments.length === 0 ? groups.map((group) => group.expression) : column.call.arguments;
    const found = given.map((argument) => {
      const position = positions.get(expressionKey(argument));
      if (position === undefined)
        throw bindError(state, 'SQL_GROUPING', 'an argument of grouping() is not in GROUP BY', state.spans.of(argument) ?? span);
      return literal({ kind: 'integer' }, String(position));
    });
    return { ...column, call: { ...column.call, arguments: found } };
  });
}
