import { type Expression as PlanExpression, type PlanNode, walkPlan } from '../../spi/index.ts';
import type { Join, NamedTable, TableReference, TableVersion } from '../ast/index.ts';
import { primaryKeyOf } from './bind-primary-key.ts';
import { lookUp } from './bind-relation.ts';
import { bindError } from './bind-error.ts';
import { literal } from './bind-literal.ts';
import { WATERMARK_COLUMN } from './bind-watermark.ts';
import { type BinderState, bindWithin, type Environment } from './binder-state.ts';
import { predicate, unify } from './bind-comparison.ts';
import type { FromItem } from './from-item.ts';
import { isMomentOfRow } from './moment-of-row.ts';
import { sameName } from './relation-name.ts';
import { columnExpression } from './scope.ts';
import type { ScopeColumn } from './scope-columns.ts';
import { isTimestamp } from './window-length.ts';

/** The right side of `a JOIN b FOR SYSTEM_TIME AS OF a.ts`. */
export interface TemporalTable {
  readonly table: NamedTable;
  readonly version: TableVersion;
}

/** Returns the right side of a temporal join; null when the join is none. */
export function temporalTableOf({ right }: Join): TemporalTable | null {
  if (right.kind !== 'named-table' || right.version === null || !isMomentOfRow(right.version)) return null;
  return { table: right, version: right.version };
}

/** Returns the right side without the moment at which it is to be read. */
export function withoutMoment(right: TableReference, temporal: TemporalTable | null): TableReference {
  return temporal === null ? right : { ...temporal.table, version: null };
}

/** Binds the moment of a temporal join. For a moment of processing, which is that of the statement, rows are as they are now: null. For a time of
 *  the left rows the condition says that a row of the right side is not later; the latest one is to be joined.
 *  @throws SQL_UNSUPPORTED when the right side does not tell the times and keys of its rows, or the join is neither inner nor left */
export function bindTemporalCondition(
  state: BinderState,
  node: Join,
  { table, version }: TemporalTable,
  sides: { readonly left: FromItem; readonly right: FromItem },
  environment: Environment,
): { readonly condition: PlanExpression; readonly keys: readonly number[] } | null {
  const { left, right } = sides;
  const refused = (message: string, hint: string): Error => bindError(state, 'SQL_UNSUPPORTED', message, version.span, { hint });
  if ((node.type !== 'inner' && node.type !== 'left') || node.asof || node.condition?.kind !== 'join-on') {
    throw refused('FOR SYSTEM_TIME AS OF a time of other rows is not supported here', 'It stands in JOIN or LEFT JOIN with ON.');
  }
  const scope = { columns: left.columns, aliases: null, outer: environment.outer };
  const moment = bindWithin({ state, scope, environment, calls: null, place: 'FOR SYSTEM_TIME AS OF' }, version.value);
  if (isStatementTimeOf(moment, left.plan)) return null;
  if (moment.kind !== 'column' || !isTimestamp(moment.type)) {
    const message = 'FOR SYSTEM_TIME AS OF takes a constant, or a column of times of the left side';
    throw bindError(state, 'SQL_TYPE_MISMATCH', message, version.value.span);
  }
  const found = lookUp(state, table.name, null);
  const timeName = found.kind === 'table' ? found.properties[WATERMARK_COLUMN] : undefined;
  const keyNames = found.kind === 'table' ? primaryKeyOf(found) : null;
  const columnOf = (name: string): ScopeColumn | undefined => right.columns.all().find((column) => sameName(column.name, name));
  const time = timeName === undefined ? undefined : columnOf(timeName);
  if (time === undefined || keyNames === null || (table.alias?.columns.length ?? 0) > 0) {
    const hint = 'Create it with PRIMARY KEY (columns) NOT ENFORCED and WATERMARK FOR ts AS ts, and give its alias no column names.';
    throw refused('the right side of FOR SYSTEM_TIME AS OF a time of the left side does not tell the times and keys of its rows', hint);
  }
  const keys = keyNames.flatMap((name) => columnOf(name)?.id ?? []);
  const operands = unify(state, [moment, columnExpression(time)], [version.span, version.span], version.span, 'FOR SYSTEM_TIME AS OF');
  const [at, since] = operands as [PlanExpression, PlanExpression];
  return { condition: predicate('ge', beforeAll(at), since), keys };
}

/** Engines differ in what an ASOF join pairs with NULL: a row without a time is taken to be older than every version. */
function beforeAll(moment: PlanExpression): PlanExpression {
  const { type } = moment;
  const oldest = literal(type, type.kind === 'timestamptz' ? '0001-01-01 00:00:00+00:00' : '0001-01-01 00:00:00');
  return { kind: 'call', function: 'coalesce', arguments: [moment, oldest], type };
}

/** Checks that a temporal join pairs all columns of the right side's key, and nothing else: then its rows are versions of one another.
 *  @throws SQL_UNSUPPORTED */
export function checkTemporalKeys(state: BinderState, node: Join, condition: PlanExpression | null, keys: readonly number[]): void {
  const parts = condition?.kind === 'call' && condition.function === 'and' ? condition.arguments : condition === null ? [] : [condition];
  const paired = parts.map((part) => {
    const sides = part.kind === 'call' && part.function === 'eq' ? part.arguments : [];
    return sides.flatMap((side) => (side.kind === 'column' && keys.includes(side.id) ? [side.id] : []));
  });
  if (paired.every((ids) => ids.length === 1) && new Set(paired.flat()).size === keys.length) return;
  const message = "a temporal join pairs each column of the right table's key by =, and says nothing else in ON";
  throw bindError(state, 'SQL_UNSUPPORTED', message, node.condition?.span ?? node.span, { hint: 'Write other conditions in WHERE.' });
}

/** Returns whether an expression is the time of the statement, as a column of the plan or itself. */
function isStatementTimeOf(expression: PlanExpression, plan: PlanNode): boolean {
  const computed = new Map<number, PlanExpression>();
  walkPlan(plan, {
    node: (node) => {
      if (node.kind === 'project') for (const column of node.columns) computed.set(column.id, column.expression);
    },
  });
  let current: PlanExpression | undefined = expression;
  while (current !== undefined) {
    if (current.kind === 'call') return current.function === 'now';
    if (current.kind !== 'column') return false;
    current = computed.get(current.id);
  }
  return false;
}
