import type { Expression as PlanExpression, PlanColumn, ProjectColumn, SortKey } from '../../spi/index.ts';
import type { Expression, OrderBy, SortItem } from '../ast/index.ts';
import { sortKey } from './bind-aggregate.ts';
import { bindCollated } from './bind-collation.ts';
import { bindError } from './bind-error.ts';
import type { BinderState, ExpressionContext } from './binder-state.ts';
import { settled } from './coercion.ts';
import { expressionKey } from './expression-key.ts';
import { columnExpression } from './scope.ts';

/** A key of ORDER BY or DISTINCT ON: an output column by its place, or an expression over the input. */
export type KeyTarget =
  | { readonly kind: 'output'; readonly index: number }
  | { readonly kind: 'input'; readonly expression: PlanExpression };

/** An output column that a key may name, with what it computes: two of one name may be the same. */
interface Output {
  readonly name: string | null;
  readonly expression: PlanExpression;
}

/** Returns the items of an ORDER BY; ALL stands for every output column. */
export function orderItems(orderBy: OrderBy, outputCount: number): readonly SortItem[] {
  if (orderBy.kind === 'order-by-items') return orderBy.items;
  const { direction, nulls, span } = orderBy;
  return Array.from({ length: outputCount }, (_, index): SortItem => {
    const expression = { kind: 'number-literal', text: String(index + 1), form: 'integer', span } as const;
    return { kind: 'sort-item', expression, direction, nulls, span };
  });
}

/** Finds what a key means: an ordinal, an output column of that name, else an expression bound in the context.
 *  @throws SQL_UNKNOWN_COLUMN, SQL_AMBIGUOUS_COLUMN */
export function bindKey(context: ExpressionContext, expression: Expression, outputs: readonly Output[]): KeyTarget {
  const { state } = context;
  if (expression.kind === 'number-literal' && expression.form === 'integer') {
    const index = Number(expression.text) - 1;
    if (outputs[index] !== undefined) return { kind: 'output', index };
    const message = `ORDER BY ${expression.text}: the result has ${String(outputs.length)} columns`;
    throw bindError(state, 'SQL_UNKNOWN_COLUMN', message, expression.span);
  }
  const [only, ...more] = expression.kind === 'column-reference' ? expression.parts : [];
  if (only !== undefined && more.length === 0) {
    const key = only.name.toLowerCase();
    const matches = outputs.filter(({ name }) => name !== null && (name === only.name || name.toLowerCase() === key));
    const [first] = matches;
    if (matches.length > 1 && new Set(matches.map(keyOf)).size > 1)
      throw bindError(state, 'SQL_AMBIGUOUS_COLUMN', `more than one column of the result has the name ${only.name}`, expression.span);
    if (first !== undefined) return { kind: 'output', index: outputs.indexOf(first) };
  }
  return { kind: 'input', expression: settled(state, bindCollated(context, expression)) };
}

const keyOf = ({ expression }: Output): string => expressionKey(expression);

/** Binds the ORDER BY of a set operation or of VALUES: its keys are expressions over the output columns. */
export function bindOutputOrder(
  state: BinderState,
  context: ExpressionContext,
  orderBy: OrderBy,
  columns: readonly PlanColumn[],
): readonly SortKey[] {
  const outputs = columns.map((column) => ({ name: column.name, expression: columnExpression(column) }));
  return orderItems(orderBy, columns.length).map((item) => {
    const target = bindKey(context, item.expression, outputs);
    const column = target.kind === 'output' ? columns[target.index] : undefined;
    const expression = target.kind === 'input' ? target.expression : column === undefined ? null : columnExpression(column);
    if (expression === null) throw bindError(state, 'SQL_UNKNOWN_COLUMN', 'no such column of the result', item.span);
    return sortKey(expression, item);
  });
}

/** Takes keys into the columns of a SELECT's projection: equal expressions share a column, others get hidden ones. */
export class KeyColumns {
  readonly #state: BinderState;
  readonly #columns: ProjectColumn[];
  readonly #visible: number;
  /** The columns by what they compute, the first of equal ones; made when the first key asks. */
  #byKey: Map<string, ProjectColumn> | null = null;
  readonly #nullable: (expression: PlanExpression) => boolean;

  constructor(state: BinderState, visible: readonly ProjectColumn[], nullable: (expression: PlanExpression) => boolean) {
    this.#state = state;
    this.#columns = [...visible];
    this.#visible = visible.length;
    this.#nullable = nullable;
  }

  /** The visible columns, then the hidden ones. */
  get columns(): readonly ProjectColumn[] {
    return this.#columns;
  }

  get hasHidden(): boolean {
    return this.#columns.length > this.#visible;
  }

  /** Returns a reference to the column that carries the expression. */
  reference(expression: PlanExpression): PlanExpression {
    const key = expressionKey(expression);
    this.#byKey ??= new Map(this.#columns.toReversed().map((visible) => [expressionKey(visible.expression), visible]));
    let column = this.#byKey.get(key);
    if (column === undefined) {
      column = this.#state.columns.create({ name: 'sort_key', type: expression.type, nullable: this.#nullable(expression), expression });
      this.#byKey.set(key, column);
      this.#columns.push(column);
    }
    return columnExpression(column);
  }
}
