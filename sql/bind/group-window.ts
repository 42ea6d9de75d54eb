import { type Expression as PlanExpression, type PlanNode, walkExpression } from '../../spi/index.ts';
import type { Expression, FunctionCall, GroupBy, GroupingElement, Select } from '../ast/index.ts';
import { bindError, unsupported } from './bind-error.ts';
import { putIntoWindows } from './bind-window-table.ts';
import { bindWithin, type ExpressionContext } from './binder-state.ts';
import { settled } from './coercion.ts';
import { columnExpression, type GroupWindow } from './scope.ts';
import { type ScopeColumn, ScopeColumns } from './scope-columns.ts';
import type { TimedRows, WindowedRows } from './time-windows.ts';
import { isTimestamp, windowLengthUs } from './window-length.ts';

type GroupWindowKind = GroupWindow['kind'];

/** A SELECT whose rows were put into the windows that its GROUP BY names. */
export interface GroupWindowInput {
  readonly plan: PlanNode;
  readonly columns: ScopeColumns;
  readonly window: GroupWindow | null;
  readonly groupBy: GroupBy | null;
}

const LENGTHS: Readonly<Record<GroupWindowKind, readonly string[]>> = { tumble: ['size'], hop: ['slide', 'size'], session: ['gap'] };

/** Puts the rows of a SELECT into the windows of `GROUP BY k, TUMBLE(ts, INTERVAL '1' HOUR)` (HOP and SESSION too); the sessions are those of
 *  the other keys. Without such a call the input is handed back.
 *  @throws SQL_UNSUPPORTED for two of them, SQL_TYPE_MISMATCH when the time is no column of times, SQL_INVALID_VALUE for the lengths */
export function bindGroupWindow(context: ExpressionContext, node: Select, plan: PlanNode, given: ScopeColumns): GroupWindowInput {
  const { groupBy } = node;
  const calls = groupBy?.kind === 'group-by-elements' ? groupBy.elements.filter((element) => windowCallOf(element) !== null) : [];
  const [element, second] = calls;
  const call = element === undefined ? null : windowCallOf(element);
  if (call === null || groupBy?.kind !== 'group-by-elements') return { plan, columns: given, window: null, groupBy };
  if (second !== undefined) throw unsupported(context.state, 'GROUP BY two kinds of windows', second.span);
  const others = groupBy.elements.filter((other) => other !== element);
  const { kind, timeId, lengthsUs } = readCall(context, call);
  const columns = given.all();
  const time = columns.find((column) => column.id === timeId);
  if (time === undefined) throw notATime(context, call);
  const planColumns = columns.map((column) => ({ ...column, nullable: context.state.columns.isNullable(column.id) }));
  const rows: TimedRows = { plan, columns: planColumns, time: { ...time, nullable: context.state.columns.isNullable(timeId) } };
  const windowed = putIntoWindows(context.state, call.span, rows, { kind, lengthsUs, keys: () => bindKeys(context, node, others) });
  const moved = columns.map((column, index) => ({ ...column, id: windowed.columns[index]?.id ?? column.id }));
  const edge = (column: WindowedRows['start']): ScopeColumn => ({ ...column, table: null, schema: null, qualifiedOnly: true, position: 0 });
  const window: GroupWindow = {
    kind,
    timeId: moved[columns.indexOf(time)]?.id ?? timeId,
    lengthsUs,
    start: edge(windowed.start),
    end: edge(windowed.end),
  };
  const ends = { ...call, name: { ...call.name, parts: call.name.parts.map((part) => ({ ...part, name: `${kind}_end` })) } };
  const both: GroupingElement = { kind: 'grouping-set', expressions: [call, ends], span: call.span };
  const elements = groupBy.elements.map((other) => (other === element ? both : other));
  return { plan: windowed.plan, columns: ScopeColumns.of(moved), window, groupBy: { ...groupBy, elements } };
}

/** Binds `TUMBLE(ts, ..)`, `TUMBLE_START(ts, ..)`, `TUMBLE_END(ts, ..)` and their kin to the edges of the windows by which the SELECT groups.
 *  @throws SQL_GROUPING when it groups by no such windows */
export function bindGroupWindowCall(context: ExpressionContext, name: string, node: FunctionCall): PlanExpression {
  const window = context.scope.groupWindow ?? null;
  const kind = name.replace(/_(start|end)$/, '');
  const call = window === null ? null : readCall(context, node);
  const isSame =
    window !== null &&
    call !== null &&
    window.kind === kind &&
    window.timeId === call.timeId &&
    window.lengthsUs.join() === call.lengthsUs.join();
  if (isSame) return columnExpression(name.endsWith('_end') ? window.end : window.start);
  const message = `${name} is an edge of windows that the SELECT does not group by`;
  const hint = `Write GROUP BY ${kind}(..) with the same arguments, or FROM TABLE(${kind.toUpperCase()}(..)).`;
  throw bindError(context.state, 'SQL_GROUPING', message, node.span, { hint });
}

function windowCallOf(element: GroupingElement): FunctionCall | null {
  if (element.kind !== 'grouping-set' || element.expressions.length !== 1) return null;
  const [expression] = element.expressions;
  if (expression?.kind !== 'function-call' || expression.name.parts.length !== 1) return null;
  return Object.hasOwn(LENGTHS, (expression.name.parts[0]?.name ?? '').toLowerCase()) ? expression : null;
}

function readCall(context: ExpressionContext, node: FunctionCall): Pick<GroupWindow, 'kind' | 'timeId' | 'lengthsUs'> {
  const kind = (node.name.parts[0]?.name ?? '').toLowerCase().replace(/_(start|end)$/, '') as GroupWindowKind;
  const names = LENGTHS[kind];
  const [time, ...lengths] = node.arguments.map((argument) => argument.value);
  if (time === undefined || lengths.length !== names.length) {
    const message = `${kind} takes a column and ${names.join(' and ')}`;
    throw bindError(context.state, 'SQL_UNKNOWN_FUNCTION', message, node.span);
  }
  const bound = bindWithin(context, time);
  if (bound.kind !== 'column' || !isTimestamp(bound.type)) throw notATime(context, node);
  const lengthsUs = lengths.map((length, index) =>
    windowLengthUs(context.state, length, `the ${names[index] ?? ''} of ${kind}`, context.environment),
  );
  return { kind, timeId: bound.id, lengthsUs };
}

function notATime(context: ExpressionContext, node: FunctionCall): Error {
  const message = 'windows are made over a column of the type timestamp or timestamp with time zone';
  return bindError(context.state, 'SQL_TYPE_MISMATCH', message, node.arguments[0]?.span ?? node.span);
}

/** Binds the other keys of GROUP BY: a session is one of the rows that share them. */
function bindKeys(context: ExpressionContext, node: Select, elements: readonly GroupingElement[]): readonly PlanExpression[] {
  return elements.flatMap((element) => {
    if (element.kind !== 'grouping-set') throw unsupported(context.state, 'SESSION beside grouping sets', element.span);
    return element.expressions.map((expression) => {
      const bound = settled(context.state, bindWithin(context, itemOf(node, expression)));
      walkExpression(bound, {
        expression: (part) => {
          if (part.kind.endsWith('subquery')) throw unsupported(context.state, 'SESSION beside a key with a subquery', expression.span);
        },
      });
      return bound;
    });
  });
}

/** GROUP BY 2 is the second item of the SELECT list. */
function itemOf(node: Select, expression: Expression): Expression {
  if (expression.kind !== 'number-literal' || expression.form !== 'integer') return expression;
  const item = node.items[Number(expression.text) - 1];
  return item?.kind === 'select-expression' ? item.expression : expression;
}
