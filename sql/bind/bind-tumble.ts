import { type DataType, formatType, type PlanNode, type ProjectColumn } from '../../spi/index.ts';
import type { Expression, Span, TableFunction, TableFunctionArgument } from '../ast/index.ts';
import { bindError, unsupported } from './bind-error.ts';
import { literal } from './bind-literal.ts';
import { bindRelation } from './bind-relation.ts';
import { type BinderState, type BoundRelation, bindWithin, type Environment } from './binder-state.ts';
import { type FromItem, nameColumns } from './from-item.ts';
import { fixedLengthUs } from './interval-text.ts';
import { relationName, sameName } from './relation-name.ts';
import { columnExpression, EMPTY_SCOPE, resolveName, type ScopeColumn } from './scope.ts';

const PARAMETERS = ['data', 'timecol', 'size'] as const;
type Parameter = (typeof PARAMETERS)[number];

/** Binds `TABLE(TUMBLE(TABLE t, DESCRIPTOR(ts), INTERVAL '1' HOUR))`: the rows of the table, each with the start and the end of the window of
 *  fixed length that holds it.
 *  @throws SQL_INVALID_VALUE for a length that is not fixed and positive, SQL_TYPE_MISMATCH when the column is no timestamp */
export function bindTumble(state: BinderState, node: TableFunction, environment: Environment): FromItem {
  if (node.withOrdinality) throw unsupported(state, 'WITH ORDINALITY for TUMBLE', node.span);
  const given = readArguments(state, node);
  const { relation, own } = bindData(state, given.data, environment);
  const inner = nameColumns(state, relation.columns, own, null);
  const time = bindTimeColumn(state, given.timecol, inner);
  const size = literal({ kind: 'bigint' }, windowSizeUs(state, given.size, environment).toString());
  const nullable = relation.columns.find((column) => column.id === time.id)?.nullable ?? true;
  const edge = (name: 'start' | 'end'): ProjectColumn =>
    state.columns.create({
      name: `window_${name}`,
      type: time.type,
      nullable,
      expression: { kind: 'call', function: `tumble_${name}`, arguments: [columnExpression(time), size], type: time.type },
    });
  const passed = relation.columns.map((column) =>
    state.columns.create({ name: column.name, type: column.type, nullable: column.nullable, expression: columnExpression(column) }),
  );
  const columns = [...passed, edge('start'), edge('end')];
  const plan: PlanNode = { kind: 'project', input: relation.plan, columns };
  return { plan, columns: nameColumns(state, columns, own, node.alias), seesLeft: false };
}

function readArguments(state: BinderState, node: TableFunction): Readonly<Record<Parameter, TableFunctionArgument['value']>> {
  const found: Partial<Record<Parameter, TableFunctionArgument['value']>> = {};
  for (const [index, argument] of node.arguments.entries()) {
    const written = argument.name?.name.toLowerCase() ?? PARAMETERS[index];
    const parameter = PARAMETERS.find((name) => name === written);
    if (parameter === undefined) throw unsupported(state, `TUMBLE with ${argument.name?.name ?? 'a fourth argument'}`, argument.span);
    if (found[parameter] !== undefined) {
      throw bindError(state, 'SQL_DUPLICATE_NAME', `TUMBLE is given ${parameter.toUpperCase()} twice`, argument.span);
    }
    found[parameter] = argument.value;
  }
  const { data, timecol, size } = found;
  if (data === undefined || timecol === undefined || size === undefined) {
    const message = 'TUMBLE takes a table, a column and a length';
    throw bindError(state, 'SQL_UNKNOWN_FUNCTION', message, node.span, { hint: EXAMPLE });
  }
  return { data, timecol, size };
}

const EXAMPLE = "Write TABLE(TUMBLE(TABLE t, DESCRIPTOR(ts), INTERVAL '1' HOUR)).";

interface NamedRelation {
  readonly relation: BoundRelation;
  readonly own: { readonly table: string | null; readonly schema: string | null };
}

function bindData(state: BinderState, data: TableFunctionArgument['value'], environment: Environment): NamedRelation {
  if (data.kind === 'query-argument') {
    return { relation: state.rules.query(state, data.query, environment), own: { table: 'tumble', schema: null } };
  }
  if (data.kind !== 'table-argument') {
    throw bindError(state, 'SQL_TYPE_MISMATCH', 'the first argument of TUMBLE is a table', data.span, { hint: EXAMPLE });
  }
  const relation = bindRelation(state, data.table, null, environment);
  const { schema, name } = relationName(data.table, state.source);
  return { relation, own: { table: name, schema } };
}

function bindTimeColumn(state: BinderState, value: TableFunctionArgument['value'], columns: readonly ScopeColumn[]): ScopeColumn {
  const [only, ...more] = value.kind === 'descriptor' ? value.columns : [];
  if (only === undefined || more.length > 0) {
    throw bindError(state, 'SQL_TYPE_MISMATCH', 'the second argument of TUMBLE is DESCRIPTOR(column) with one column', value.span, {
      hint: EXAMPLE,
    });
  }
  const found = resolveName(state, { columns, aliases: null, outer: null }, [only], only.span);
  const column = found.kind === 'column' ? found.column : undefined;
  if (column !== undefined && isTimestamp(column.type)) return column;
  const type = column === undefined ? 'no column' : formatType(column.type);
  const message = `column ${only.name} is ${type}; windows are made over timestamp or timestamp with time zone`;
  throw bindError(state, 'SQL_TYPE_MISMATCH', message, only.span);
}

/** Returns whether values of the type are points in time to the microsecond. */
export function isTimestamp(type: DataType): boolean {
  return type.kind === 'timestamp' || type.kind === 'timestamptz';
}

function windowSizeUs(state: BinderState, value: TableFunctionArgument['value'], environment: Environment): bigint {
  const isExpression = value.kind !== 'table-argument' && value.kind !== 'query-argument' && value.kind !== 'descriptor';
  const lengthUs = isExpression ? constantIntervalUs(state, value, environment) : null;
  if (lengthUs !== null && lengthUs > 0n && lengthUs <= BigInt(Number.MAX_SAFE_INTEGER)) return lengthUs;
  throw refusedLength(state, 'the length of a window', value.span);
}

/** Returns the length of a constant interval, or null when it is none, or not of fixed length. Units: microseconds. */
export function constantIntervalUs(state: BinderState, value: Expression, environment: Environment): bigint | null {
  const bound = bindWithin({ state, scope: EMPTY_SCOPE, environment, calls: null, place: 'an interval' }, value);
  if (bound.kind !== 'literal' || bound.type.kind !== 'interval' || typeof bound.value !== 'string') return null;
  return fixedLengthUs(bound.value);
}

/** Makes the error that a length of time is not one that never changes. */
export function refusedLength(state: BinderState, what: string, span: Span): Error {
  return bindError(state, 'SQL_INVALID_VALUE', `${what} is a constant interval of fixed length above zero`, span, {
    hint: "Write INTERVAL '1' HOUR; months and years have no fixed length.",
  });
}

/** Returns whether a table function is TUMBLE. */
export function isTumble(node: TableFunction): boolean {
  return node.name.parts.length === 1 && sameName(node.name.parts[0]?.name ?? '', 'tumble');
}
