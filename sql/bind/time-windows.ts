import type { Expression, PlanColumn, PlanNode, ProjectColumn, WindowCall, WindowColumn } from '../../spi/index.ts';
import { predicate } from './bind-comparison.ts';
import { literal } from './bind-literal.ts';
import type { BinderState } from './binder-state.ts';
import { columnExpression } from './scope.ts';

/** Rows and the column of their time, which windows are made over. */
export interface TimedRows {
  readonly plan: PlanNode;
  readonly columns: readonly PlanColumn[];
  readonly time: PlanColumn;
}

/** Rows with the edges of a window that holds each. Columns of the input have new ids, in their order. */
export interface WindowedRows {
  readonly plan: PlanNode;
  readonly columns: readonly PlanColumn[];
  readonly start: PlanColumn;
  readonly end: PlanColumn;
}

const BIGINT = { kind: 'bigint' } as const;
const INTERVAL = { kind: 'interval' } as const;

/** How many windows may hold one row. */
export const WINDOWS_OF_ROW_MAX = 10_000;

const micros = (lengthUs: bigint): Expression => literal(INTERVAL, `${lengthUs.toString()} us`);

/** Adds the window of fixed length that holds each row; a row without a time has none.
 *  Units: microseconds, from 1970-01-01 00:00 UTC. */
export function tumblingWindows(state: BinderState, rows: TimedRows, sizeUs: bigint): WindowedRows {
  const size = literal(BIGINT, sizeUs.toString());
  return withEdges(state, rows.plan, rows, call('tumble_start', rows.time, size), call('tumble_end', rows.time, size), rows.time.nullable);
}

/** Puts out each row once per window that holds it, of windows of one size that start every `slideUs`; rows without a time are left out.
 *  Units: microseconds; the size is a multiple of the slide, at most `WINDOWS_OF_ROW_MAX` of it. */
export function hoppingWindows(state: BinderState, rows: TimedRows, slideUs: bigint, sizeUs: bigint): WindowedRows {
  const { plan, step } = timesEach(state, rows, lengths(0n, sizeUs / slideUs, slideUs));
  const earlier = shifted('subtract', columnExpression(rows.time), columnExpression(step));
  const start: Expression = {
    kind: 'call',
    function: 'tumble_start',
    arguments: [earlier, literal(BIGINT, slideUs.toString())],
    type: rows.time.type,
  };
  return withEdges(state, plan, rows, start, shifted('add', start, micros(sizeUs)), false);
}

/** Puts out each row once per window that holds it, of windows that start every `sizeUs` and grow by `stepUs` up to that size; rows without
 *  a time are left out.
 *  Units: microseconds; the size is a multiple of the step, at most `WINDOWS_OF_ROW_MAX` of it. */
export function cumulatingWindows(state: BinderState, rows: TimedRows, stepUs: bigint, sizeUs: bigint): WindowedRows {
  const { plan, step } = timesEach(state, rows, lengths(1n, sizeUs / stepUs + 1n, stepUs));
  const start = call('tumble_start', rows.time, literal(BIGINT, sizeUs.toString()));
  const end = shifted('add', start, columnExpression(step));
  const holding: PlanNode = { kind: 'filter', input: plan, predicate: predicate('gt', end, columnExpression(rows.time)) };
  return withEdges(state, holding, rows, start, end, false);
}

/** Adds the session that holds each row: rows of equal keys, none more than the gap after the one before. A session ends the gap after its
 *  last row; rows without a time are left out.
 *  Units: microseconds. */
export function sessionWindows(state: BinderState, rows: TimedRows, keys: readonly Expression[], gapUs: bigint): WindowedRows {
  const time = columnExpression(rows.time);
  const byTime = [{ expression: time, descending: false, nullsFirst: false }];
  const ordered = { partitionBy: keys, windowOrderBy: byTime };
  const before = windowColumn(state, 'previous', true, { ...windowCall('lag', [time], rows.time.type), ...ordered });
  const isFirst = predicate(
    'or',
    predicate('is_null', columnExpression(before)),
    predicate('gt', time, shifted('add', columnExpression(before), micros(gapUs))),
  );
  const number = windowColumn(state, 'session', false, {
    ...windowCall('count_star', [], BIGINT),
    ...ordered,
    filter: isFirst,
    frame: { unit: 'rows', start: { kind: 'unbounded_preceding' }, end: { kind: 'current_row' }, exclude: 'no_others' },
  });
  const session = [...keys, columnExpression(number)];
  const edge = (name: 'min' | 'max'): WindowColumn =>
    windowColumn(state, name, false, { ...windowCall(name, [time], rows.time.type), partitionBy: session });
  const first = edge('min');
  const last = edge('max');
  const windows = [[before], [number], [first, last]];
  const plan = windows.reduce<PlanNode>((input, columns) => ({ kind: 'window', input, windows: columns }), timed(rows));
  return withEdges(state, plan, rows, columnExpression(first), shifted('add', columnExpression(last), micros(gapUs)), false);
}

const call = (name: string, time: PlanColumn, size: Expression): Expression => ({
  kind: 'call',
  function: name,
  arguments: [columnExpression(time), size],
  type: time.type,
});

const shifted = (name: 'add' | 'subtract', time: Expression, by: Expression): Expression => ({
  kind: 'call',
  function: name,
  arguments: [time, by],
  type: time.type,
});

const windowCall = (name: string, values: readonly Expression[], type: WindowCall['type']): WindowCall => ({
  function: name,
  arguments: values,
  distinct: false,
  filter: null,
  orderBy: [],
  type,
  ignoreNulls: false,
  partitionBy: [],
  windowOrderBy: [],
  frame: null,
});

const windowColumn = (state: BinderState, name: string, nullable: boolean, window: WindowCall): WindowColumn =>
  state.columns.create({ name, type: window.type, nullable, call: window });

function timed({ plan, time }: TimedRows): PlanNode {
  return { kind: 'filter', input: plan, predicate: predicate('is_not_null', columnExpression(time)) };
}

function lengths(from: bigint, to: bigint, unitUs: bigint): readonly Expression[] {
  return Array.from({ length: Number(to - from) }, (_, index) => micros((from + BigInt(index)) * unitUs));
}

/** Joins every row that has a time with each of the constants. */
function timesEach(
  state: BinderState,
  rows: TimedRows,
  constants: readonly Expression[],
): { readonly plan: PlanNode; readonly step: PlanColumn } {
  const step = state.columns.create({ name: 'step', type: INTERVAL, nullable: false });
  const right: PlanNode = { kind: 'values', columns: [step], rows: constants.map((constant) => [constant]) };
  return { plan: { kind: 'join', joinType: 'cross', left: timed(rows), right, condition: null, lateral: false }, step };
}

function withEdges(
  state: BinderState,
  input: PlanNode,
  rows: TimedRows,
  start: Expression,
  end: Expression,
  nullable: boolean,
): WindowedRows {
  const passed = rows.columns.map((column): ProjectColumn => {
    const { name, type, nullable } = column;
    const copy: ProjectColumn = state.columns.create({ name, type, nullable, expression: columnExpression(column) });
    state.reads.carried.set(copy.id, column.id);
    return copy;
  });
  const [first, last] = [start, end].map(
    (expression, index): ProjectColumn =>
      state.columns.create({ name: index === 0 ? 'window_start' : 'window_end', type: rows.time.type, nullable, expression }),
  ) as [ProjectColumn, ProjectColumn];
  return { plan: { kind: 'project', input, columns: [...passed, first, last] }, columns: passed, start: first, end: last };
}
