import { type Expression as PlanExpression, formatType } from '../../spi/index.ts';
import type { Identifier, Span, TableFunction, TableFunctionArgument } from '../ast/index.ts';
import { bindError, unsupported } from './bind-error.ts';
import { bindRelation } from './bind-relation.ts';
import type { BinderState, BoundRelation, Environment } from './binder-state.ts';
import { type FromItem, nameColumns } from './from-item.ts';
import { relationName } from './relation-name.ts';
import { columnExpression, resolveName } from './scope.ts';
import { type ScopeColumn, ScopeColumns } from './scope-columns.ts';
import {
  cumulatingWindows,
  hoppingWindows,
  sessionWindows,
  type TimedRows,
  tumblingWindows,
  type WindowedRows,
  WINDOWS_OF_ROW_MAX,
} from './time-windows.ts';
import { isTimestamp, windowLengthUs } from './window-length.ts';

/** Table functions that put rows into windows of time, with the names of their arguments in order. */
const PARAMETERS = {
  tumble: ['data', 'timecol', 'size'],
  hop: ['data', 'timecol', 'slide', 'size'],
  cumulate: ['data', 'timecol', 'step', 'size'],
  session: ['data', 'timecol', 'gap'],
} as const;
/** A kind of windows. */
export type WindowKind = keyof typeof PARAMETERS;

type Value = TableFunctionArgument['value'];

/** One call of such a function, as it is written. */
interface WindowCall {
  readonly kind: WindowKind;
  readonly span: Span;
  readonly values: ReadonlyMap<string, Value>;
}

const EXAMPLES: Readonly<Record<WindowKind, string>> = {
  tumble: "Write TABLE(TUMBLE(TABLE t, DESCRIPTOR(ts), INTERVAL '1' HOUR)).",
  hop: "Write TABLE(HOP(TABLE t, DESCRIPTOR(ts), INTERVAL '5' MINUTE, INTERVAL '1' HOUR)): the slide, then the size.",
  cumulate: "Write TABLE(CUMULATE(TABLE t, DESCRIPTOR(ts), INTERVAL '1' HOUR, INTERVAL '1' DAY)): the step, then the size.",
  session: "Write TABLE(SESSION(TABLE t PARTITION BY k, DESCRIPTOR(ts), INTERVAL '10' MINUTE)).",
};

/** Returns which windows a table function makes; null for another function. */
export function windowKindOf(node: TableFunction): WindowKind | null {
  const name = node.name.parts.length === 1 ? (node.name.parts[0]?.name ?? '').toLowerCase() : '';
  return Object.hasOwn(PARAMETERS, name) ? (name as WindowKind) : null;
}

/** Binds `TABLE(TUMBLE(TABLE t, DESCRIPTOR(ts), INTERVAL '1' HOUR))` and its kin: the rows of the table, each with the start and the end of a
 *  window that holds it.
 *  @throws SQL_INVALID_VALUE for a length that is not fixed and positive, SQL_TYPE_MISMATCH when the column is no timestamp */
export function bindWindowTable(state: BinderState, kind: WindowKind, node: TableFunction, environment: Environment): FromItem {
  if (node.withOrdinality) throw unsupported(state, `WITH ORDINALITY for ${kind.toUpperCase()}`, node.span);
  const call = readArguments(state, kind, node);
  const { relation, own } = bindData(state, call, environment);
  const inner = nameColumns(state, relation.columns, own, null);
  const time = bindTimeColumn(state, call, inner);
  const rows: TimedRows = { ...relation, time: relation.columns.find((column) => column.id === time.id) ?? { ...time, nullable: true } };
  const { plan, columns, start, end } = windowedRows(state, call, rows, inner, environment);
  return { plan, columns: ScopeColumns.of(nameColumns(state, [...columns, start, end], own, node.alias)), seesLeft: false };
}

function readArguments(state: BinderState, kind: WindowKind, node: TableFunction): WindowCall {
  const names: readonly string[] = PARAMETERS[kind];
  const name = kind.toUpperCase();
  const values = new Map<string, Value>();
  for (const [index, argument] of node.arguments.entries()) {
    const written = argument.name?.name.toLowerCase() ?? names[index] ?? '';
    if (!names.includes(written)) {
      throw unsupported(state, `${name} with ${argument.name?.name ?? `more than ${String(names.length)} arguments`}`, argument.span);
    }
    if (values.has(written)) throw bindError(state, 'SQL_DUPLICATE_NAME', `${name} is given ${written.toUpperCase()} twice`, argument.span);
    values.set(written, argument.value);
  }
  if (values.size < names.length) {
    const lengths = names.length === 4 ? 'two lengths' : 'a length';
    throw bindError(state, 'SQL_UNKNOWN_FUNCTION', `${name} takes a table, a column and ${lengths}`, node.span, { hint: EXAMPLES[kind] });
  }
  return { kind, span: node.span, values };
}

function argument({ values, span }: WindowCall, name: string): Value {
  return values.get(name) ?? { kind: 'descriptor', columns: [], span };
}

interface NamedRelation {
  readonly relation: BoundRelation;
  readonly own: { readonly table: string | null; readonly schema: string | null };
}

function bindData(state: BinderState, call: WindowCall, environment: Environment): NamedRelation {
  const data = argument(call, 'data');
  if (data.kind === 'query-argument') {
    return { relation: state.rules.query(state, data.query, environment), own: { table: call.kind, schema: null } };
  }
  if (data.kind !== 'table-argument') {
    const message = `the first argument of ${call.kind.toUpperCase()} is a table`;
    throw bindError(state, 'SQL_TYPE_MISMATCH', message, data.span, { hint: EXAMPLES[call.kind] });
  }
  const relation = bindRelation(state, data.table, null, environment);
  const { schema, name } = relationName(data.table, state.source);
  return { relation, own: { table: name, schema } };
}

function bindTimeColumn(state: BinderState, call: WindowCall, columns: readonly ScopeColumn[]): ScopeColumn {
  const value = argument(call, 'timecol');
  const [only, ...more] = value.kind === 'descriptor' ? value.columns : [];
  if (only === undefined || more.length > 0) {
    const message = `the second argument of ${call.kind.toUpperCase()} is DESCRIPTOR(column) with one column`;
    throw bindError(state, 'SQL_TYPE_MISMATCH', message, value.span, { hint: EXAMPLES[call.kind] });
  }
  const column = columnNamed(state, only, columns);
  if (column !== null && isTimestamp(column.type)) return column;
  const type = column === null ? 'no column' : formatType(column.type);
  const message = `column ${only.name} is ${type}; windows are made over timestamp or timestamp with time zone`;
  throw bindError(state, 'SQL_TYPE_MISMATCH', message, only.span);
}

function columnNamed(state: BinderState, name: Identifier, columns: readonly ScopeColumn[]): ScopeColumn | null {
  const found = resolveName(state, { columns: ScopeColumns.of(columns), aliases: null, outer: null }, [name], name.span);
  return found.kind === 'column' ? found.column : null;
}

function windowedRows(
  state: BinderState,
  call: WindowCall,
  rows: TimedRows,
  inner: readonly ScopeColumn[],
  environment: Environment,
): WindowedRows {
  const { kind, span } = call;
  const keys = partitionKeys(state, call, inner);
  const lengthsUs = PARAMETERS[kind].slice(2).map((name) => windowLengthUs(state, argument(call, name), lengthOf(kind, name), environment));
  return putIntoWindows(state, span, rows, { kind, lengthsUs, keys: () => keys });
}

function lengthOf(kind: WindowKind, name: string): string {
  if (kind === 'tumble') return 'the length of a window';
  return kind === 'session' ? 'the gap of a session' : `the ${name}`;
}

/** Windows of one kind, their lengths in the order in which they are written. */
interface WindowShape {
  readonly kind: WindowKind;
  /** Units: microseconds. */
  readonly lengthsUs: readonly bigint[];
  /** A session is one of the rows that share these. */
  readonly keys: () => readonly PlanExpression[];
}

/** Gives each row the windows that hold it.
 *  @throws SQL_INVALID_VALUE when a size is no multiple of the slide or step, or too big a one */
export function putIntoWindows(state: BinderState, span: Span, rows: TimedRows, { kind, lengthsUs, keys }: WindowShape): WindowedRows {
  const [first = 0n, second = 0n] = lengthsUs;
  switch (kind) {
    case 'tumble':
      return tumblingWindows(state, rows, first);
    case 'session':
      return sessionWindows(state, rows, keys(), first);
    case 'hop':
    case 'cumulate':
      return windowsOfTwoLengths(state, span, rows, { kind, partUs: first, sizeUs: second });
  }
}

function partitionKeys(state: BinderState, call: WindowCall, columns: readonly ScopeColumn[]): readonly PlanExpression[] {
  const data = argument(call, 'data');
  const keys = data.kind === 'table-argument' || data.kind === 'query-argument' ? data.partitionBy : [];
  const [first] = keys;
  if (first !== undefined && call.kind !== 'session') {
    throw unsupported(
      state,
      `PARTITION BY in ${call.kind.toUpperCase()}`,
      first.span,
      'Windows of fixed lengths are the same for all keys.',
    );
  }
  return keys.flatMap((key) => {
    const column = columnNamed(state, key, columns);
    return column === null ? [] : [columnExpression(column)];
  });
}

function windowsOfTwoLengths(
  state: BinderState,
  span: Span,
  rows: TimedRows,
  { kind, partUs, sizeUs }: { readonly kind: 'hop' | 'cumulate'; readonly partUs: bigint; readonly sizeUs: bigint },
): WindowedRows {
  const part = kind === 'hop' ? 'slide' : 'step';
  if (sizeUs % partUs !== 0n) throw bindError(state, 'SQL_INVALID_VALUE', `the size of a window is a multiple of its ${part}`, span);
  if (sizeUs / partUs > BigInt(WINDOWS_OF_ROW_MAX)) {
    const message = `a row would be in ${String(sizeUs / partUs)} windows, more than the ${String(WINDOWS_OF_ROW_MAX)} allowed`;
    throw bindError(state, 'SQL_INVALID_VALUE', message, span, { hint: `Take a longer ${part}.` });
  }
  return kind === 'hop' ? hoppingWindows(state, rows, partUs, sizeUs) : cumulatingWindows(state, rows, partUs, sizeUs);
}
