import { assert, type AggregateCall, type Expression } from '../../../spi/index.ts';
import { type ColumnKind, columnKind } from '../changelog/column.ts';
import type { TextPool } from '../changelog/text-pool.ts';
import { unsupported } from '../expression/expression-compiler.ts';
import type { AggregateState } from './aggregate-state.ts';
import { CountState } from './count-state.ts';
import { DistinctArgumentState } from './distinct-argument-state.ts';
import { ExactSumState } from './exact-sum-state.ts';
import { ExtremeMultisetState } from './extreme-multiset-state.ts';
import { ExtremeState } from './extreme-state.ts';
import { FloatSumState } from './float-sum-state.ts';

/** The aggregates that streams have, by canonical name. */
export const AGGREGATE_FUNCTIONS = ['count_star', 'count', 'count_if', 'sum', 'avg', 'min', 'max'] as const;

const EXACT: ReadonlySet<string> = new Set(['integer', 'bigint', 'decimal']);

/** An aggregate call made ready: what is to be computed of each row, and the state that takes it. */
export interface PlannedAggregate {
  /** NULL for rows that do not count; null itself counts every row. */
  readonly argument: Expression | null;
  /** Kind of the result column. */
  readonly kind: ColumnKind;
  create(pool: TextPool, retractions: boolean): AggregateState;
}

/** Returns how an aggregate call is computed.
 *  @throws ENGINE_UNSUPPORTED */
export function planAggregate(call: AggregateCall): PlannedAggregate {
  if (call.orderBy.length > 0) throw unsupported(`ORDER BY in ${call.function}()`);
  const [given = null] = call.arguments;
  const condition: Expression = { kind: 'literal', type: { kind: 'boolean' }, value: true };
  switch (call.function) {
    case 'count_star':
      return planned(call, call.filter === null ? null : condition, () => new CountState());
    case 'count':
      return planned(call, given, () => new CountState());
    case 'count_if':
      assert(given !== null, 'count_if has an argument');
      return planned(call, choose(given, condition), () => new CountState());
    case 'sum':
      return planSum(call, given);
    case 'avg':
      return planMean(call, given);
    case 'min':
    case 'max': {
      assert(given !== null, 'min and max have an argument');
      const kind = columnKind(given.type);
      const sign = call.function === 'max' ? 1 : -1;
      // The best of the different values is the best of all.
      return planned({ ...call, distinct: false }, given, (pool, retractions) =>
        retractions ? new ExtremeMultisetState(kind, sign, pool) : new ExtremeState(kind, sign, pool),
      );
    }
    default:
      throw unsupported(`the aggregate '${call.function}'`);
  }
}

function planSum(call: AggregateCall, given: Expression | null): PlannedAggregate {
  const of = given?.type.kind ?? '';
  if (of === 'real' || of === 'double') return planned(call, given, () => new FloatSumState(false));
  const { kind } = call.type;
  if (!EXACT.has(of) || (kind !== 'bigint' && kind !== 'decimal')) throw unsupported(`sum() of type ${of}`);
  return planned(call, given, () => new ExactSumState({ kind }));
}

/** The mean of exact numbers is taken of their exact sum, as the OLAP engine does. */
function planMean(call: AggregateCall, given: Expression | null): PlannedAggregate {
  if (given?.type.kind !== 'double') throw unsupported(`avg() of type ${given?.type.kind ?? 'null'}`);
  const inner = given.kind === 'cast' && !given.safe && EXACT.has(given.argument.type.kind) ? given.argument : null;
  if (inner === null) return planned(call, given, () => new FloatSumState(true));
  const scale = inner.type.kind === 'decimal' ? inner.type.scale : 0;
  return planned(call, inner, () => new ExactSumState({ kind: 'mean', scale }));
}

function planned(
  call: AggregateCall,
  argument: Expression | null,
  create: (pool: TextPool, retractions: boolean) => AggregateState,
): PlannedAggregate {
  const counted = argument === null || call.filter === null ? argument : choose(call.filter, argument);
  const kind = columnKind(call.type);
  if (!call.distinct || argument === null) return { argument: counted, kind, create };
  const argumentKind = columnKind(argument.type);
  return { argument: counted, kind, create: (pool, retractions) => new DistinctArgumentState(argumentKind, create(pool, retractions)) };
}

function choose(when: Expression, then: Expression): Expression {
  return { kind: 'case', branches: [{ when, then }], otherwise: null, type: then.type };
}
