import {
  type Expression as PlanExpression,
  PlatformError,
  type PlanColumn,
  type PlanNode,
  type ProjectColumn,
  type TableSnapshot,
} from '../../spi/index.ts';
import type { Expression, Span } from '../ast/index.ts';
import { conjunction, rowBarrier } from '../plan/index.ts';
import { policyLabel, type TablePolicy } from './access-change.ts';
import type { BinderState, BoundRelation } from './binder-state.ts';
import { coerce } from './coercion.ts';
import { mayBeNull } from './expression-nullability.ts';
import type { PoliciesOfReader } from './policy-lookup.ts';
import { sameName } from './relation-name.ts';
import { columnExpression } from './scope.ts';
import { bindOver, openStoredExpression } from './stored-expression.ts';

/** Returns the filters and masks of a table that hold where binding stands. */
export function policiesOn(state: BinderState, table: TableSnapshot): PoliciesOfReader | null {
  return state.policies === null ? null : state.policies(table, state.definer);
}

/** Binds what a filter or mask of a table is to be, as far as it can be wrong already.
 *  @throws SQL_TYPE_MISMATCH, SQL_UNKNOWN_COLUMN, SQL_UNSUPPORTED */
export function checkPolicy(state: BinderState, { ref, fields }: TableSnapshot, policy: TablePolicy, expression: Expression): void {
  const inputs = fields.map(({ name: field, type, nullable }) => state.columns.create({ name: field, type, nullable }));
  const bound = bindOver(state, { table: ref.name, inputs, place: placeOf(policy) }, expression);
  const masked = fields.find(({ id }) => id === policy.column?.fieldId);
  coerce(state, bound, masked?.type ?? { kind: 'boolean' }, expression.span);
}

const placeOf = (policy: TablePolicy): string => `the ${policyLabel(policy)}`;

/** Makes what a reader is given of a table's rows: those that all filters let through, with masks in place of values.
 *  @param rows all columns of the table
 *  @throws AUTH_FORBIDDEN when a filter or mask cannot be bound any more: nobody reads what it was to hide */
export function withPolicies(
  state: BinderState,
  table: TableSnapshot,
  given: PoliciesOfReader,
  rows: BoundRelation,
  span: Span,
): BoundRelation {
  const { policies } = given;
  const bind = (policy: TablePolicy, column: PlanColumn | null): PlanExpression => {
    const bound = bindPolicy(state, table, given, { policy, column, inputs: rows.columns, span });
    state.reads.policyExpressions.push(bound);
    return bound;
  };
  const filters = policies.filter(({ type }) => type === 'row-filter').map((policy) => bind(policy, null));
  const plan: PlanNode =
    filters.length === 0 ? rows.plan : rowBarrier({ kind: 'filter', input: rows.plan, predicate: conjunction(filters) });
  const masks = policies.filter(({ type }) => type === 'column-mask');
  const columns = table.fields.map((field): ProjectColumn => {
    const below = rows.columns[given.fields.findIndex(({ id }) => id === field.id)];
    if (below === undefined) throw brokenPolicy(table, `column ${field.name}`, null);
    const mask =
      masks.find(({ column }) => column?.fieldId === field.id) ?? masks.find(({ column }) => sameName(column?.name ?? '', field.name));
    const own = columnExpression(below);
    const expression = mask === undefined ? own : bind(mask, below);
    // Who reads a masked column reads the column, whatever else its mask looks at.
    if (mask !== undefined) state.reads.maskedColumns.push(below.id);
    const nullable = mask === undefined ? field.nullable : mayBeNull(state.columns, expression);
    const column = state.columns.create({ name: field.name, type: below.type, nullable, expression });
    state.reads.carried.set(column.id, below.id);
    return column;
  });
  return { plan: { kind: 'project', input: plan, columns }, columns };
}

interface PolicyUse {
  readonly policy: TablePolicy;
  /** The masked column; null for a filter. */
  readonly column: PlanColumn | null;
  readonly inputs: readonly PlanColumn[];
  readonly span: Span;
}

function bindPolicy(
  state: BinderState,
  table: TableSnapshot,
  { reader }: PoliciesOfReader,
  { policy, column, inputs, span }: PolicyUse,
): PlanExpression {
  const label = `${policy.type === 'row-filter' ? 'filter' : 'mask'} ${policy.name} of ${table.ref.schema}.${table.ref.name}`;
  try {
    const asReader: BinderState = { ...state, context: { ...state.context, principal: { ...state.context.principal, user: reader } } };
    const stored = openStoredExpression(asReader, table, { label, expression: policy.expression, span });
    const bound = bindOver(stored.state, { table: table.ref.name, inputs, place: placeOf(policy) }, stored.expression);
    return coerce(stored.state, bound, column?.type ?? { kind: 'boolean' }, stored.expression.span);
  } catch (error) {
    throw brokenPolicy(table, label, error);
  }
}

/** What it says stays secret: the text of a filter may name what its reader must not know. */
function brokenPolicy(table: TableSnapshot, label: string, cause: unknown): PlatformError {
  const reason = cause instanceof PlatformError ? ` (${cause.code})` : '';
  return new PlatformError('AUTH_FORBIDDEN', `The ${label} does not fit the table any more${reason}, so that nothing is read.`, {
    hint: 'The owner of the table drops it and creates it anew; SHOW POLICIES shows its text.',
    details: { table: `${table.ref.schema}.${table.ref.name}` },
    cause,
  });
}
