import type { Expression as PlanExpression, FrameBound as PlanFrameBound, WindowCall, WindowFrame as PlanFrame } from '../../spi/index.ts';
import type { FrameBound, FunctionCall, NamedWindow, WindowFrame, WindowName, WindowSpecification } from '../ast/index.ts';
import type { FunctionDefinition } from '../functions/index.ts';
import { bindAggregateCall, bindSortKeys } from './bind-aggregate.ts';
import { bindError, unsupported } from './bind-error.ts';
import { type BinderState, bindWithin, type CallCollector, type ExpressionContext, inPlace, withoutWindows } from './binder-state.ts';
import { coerce, settled } from './coercion.ts';
import { windowKey } from './expression-key.ts';
import { sameName } from './relation-name.ts';
import { columnExpression } from './scope.ts';

const NAVIGATION: ReadonlySet<string> = new Set(['lag', 'lead', 'first_value', 'last_value', 'nth_value']);

/** Takes a window call out of its expression and returns the column that carries its value.
 *  @throws SQL_GROUPING where no window function may stand */
export function bindWindowCall(
  context: ExpressionContext,
  definition: FunctionDefinition,
  node: FunctionCall,
  over: WindowName | WindowSpecification,
): PlanExpression {
  const { calls, state } = context;
  if (calls === null || !calls.allowWindows) {
    const hint = context.place === 'WHERE' || context.place === 'HAVING' ? 'Use QUALIFY.' : undefined;
    throw bindError(state, 'SQL_GROUPING', `the window function ${definition.name} may not stand in ${context.place}`, node.span, { hint });
  }
  if (definition.kind === 'scalar') throw bindError(state, 'SQL_GROUPING', `${definition.name} does not take an OVER clause`, node.span);
  if (node.nullTreatment === 'ignore' && !NAVIGATION.has(definition.name))
    throw unsupported(state, `IGNORE NULLS with ${definition.name}`, node.span);
  const inner = inPlace(context, `an argument of the window function ${definition.name}`, withoutWindows(calls));
  const specification = resolveWindow(context, calls.namedWindows, over);
  const aggregate = bindAggregateCall(inner, definition, node);
  const call: WindowCall = {
    function: aggregate.function,
    arguments: aggregate.arguments,
    distinct: aggregate.distinct,
    filter: aggregate.filter,
    orderBy: aggregate.orderBy,
    type: aggregate.type,
    ignoreNulls: node.nullTreatment === 'ignore',
    partitionBy: specification.partitionBy.map((expression) => settled(state, bindWithin(inner, expression))),
    windowOrderBy: bindSortKeys(inner, specification.orderBy),
    frame: specification.frame === null ? null : bindFrame(inner, specification.frame),
  };
  refuseNanosecondRange(state, call, specification);
  return collect(context, calls, definition, call);
}

/** DuckDB would move the values of the key in microseconds. */
function refuseNanosecondRange(state: BinderState, { frame, windowOrderBy }: WindowCall, { span }: WindowSpecification): void {
  const offsets = frame?.unit === 'range' && ('offset' in frame.start || 'offset' in frame.end);
  if (!offsets || !windowOrderBy.some(({ expression }) => expression.type.kind === 'timestamp_ns')) return;
  throw unsupported(state, 'RANGE with an offset over timestamp_ns', span, 'Cast the key to timestamp.');
}

function collect(context: ExpressionContext, calls: CallCollector, definition: FunctionDefinition, call: WindowCall): PlanExpression {
  const key = windowKey(call);
  const nullable = definition.nullBehaviour !== 'never_null';
  const column = calls.windows.get(key) ?? context.state.columns.create({ name: call.function, type: call.type, nullable, call });
  calls.windows.set(key, column);
  return columnExpression(column);
}

/** A window that names another one takes over its parts. */
function resolveWindow(
  context: ExpressionContext,
  named: readonly NamedWindow[],
  over: WindowName | WindowSpecification,
): WindowSpecification {
  const base = over.kind === 'window-name' ? over.name : over.base;
  if (base === null) return over.kind === 'window-specification' ? over : emptyWindow(over);
  const index = named.findIndex((window) => sameName(window.name.name, base.name));
  const found = named[index];
  if (found === undefined) throw bindError(context.state, 'SQL_UNKNOWN_COLUMN', `no window of the name ${base.name} is defined`, base.span);
  const inherited = resolveWindow(context, named.slice(0, index), found.window);
  if (over.kind === 'window-name') return inherited;
  return {
    ...over,
    partitionBy: over.partitionBy.length > 0 ? over.partitionBy : inherited.partitionBy,
    orderBy: over.orderBy.length > 0 ? over.orderBy : inherited.orderBy,
    frame: over.frame ?? inherited.frame,
  };
}

const emptyWindow = (over: WindowName): WindowSpecification => ({
  kind: 'window-specification',
  base: null,
  partitionBy: [],
  orderBy: [],
  frame: null,
  span: over.span,
});

function bindFrame(context: ExpressionContext, frame: WindowFrame): PlanFrame {
  const excluded = { 'no-others': 'no_others', 'current-row': 'current_row', group: 'group', ties: 'ties' } as const;
  return {
    unit: frame.unit,
    start: bindBound(context, frame, frame.start),
    end: frame.end === null ? { kind: 'current_row' } : bindBound(context, frame, frame.end),
    exclude: excluded[frame.exclude ?? 'no-others'],
  };
}

function bindBound(context: ExpressionContext, frame: WindowFrame, bound: FrameBound): PlanFrameBound {
  switch (bound.bound) {
    case 'unbounded-preceding':
      return { kind: 'unbounded_preceding' };
    case 'current-row':
      return { kind: 'current_row' };
    case 'unbounded-following':
      return { kind: 'unbounded_following' };
    case 'preceding':
    case 'following': {
      if (bound.offset === null) throw bindError(context.state, 'SQL_TYPE_MISMATCH', 'the frame has no offset', bound.span);
      const offset = bindWithin(context, bound.offset);
      const typed =
        frame.unit === 'range' ? settled(context.state, offset) : coerce(context.state, offset, { kind: 'bigint' }, bound.offset.span);
      return { kind: bound.bound, offset: typed };
    }
  }
}
