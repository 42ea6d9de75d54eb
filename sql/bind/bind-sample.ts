import type { DataType, Expression as PlanExpression } from '../../spi/index.ts';
import type { TableSample } from '../ast/index.ts';
import { predicate } from './bind-comparison.ts';
import { bindError, unsupported } from './bind-error.ts';
import { literal } from './bind-literal.ts';
import { type BinderState, bindWithin, type Environment } from './binder-state.ts';
import { coerce } from './coercion.ts';
import type { FromItem } from './from-item.ts';
import { EMPTY_SCOPE } from './scope.ts';

const DOUBLE: DataType = { kind: 'double' };

/** Takes a sample of the rows of an operand of FROM: a percentage takes each row by itself with that chance, whatever the method; a number of rows
 *  takes so many of them.
 *  @throws SQL_UNSUPPORTED for REPEATABLE, SQL_INVALID_VALUE */
export function bindSample(state: BinderState, item: FromItem, sample: TableSample | null, environment: Environment): FromItem {
  if (sample === null) return item;
  if (sample.seed !== null) throw unsupported(state, 'REPEATABLE', sample.seed.span, 'Store the sample in a table to read it again.');
  const context = { state, scope: EMPTY_SCOPE, environment: { ...environment, outer: null }, calls: null, place: 'TABLESAMPLE' };
  const size = bindWithin(context, sample.size);
  state.unstableFunctions.add('random');
  const random: PlanExpression = { kind: 'call', function: 'random', arguments: [], type: DOUBLE };
  if (sample.unit === 'rows') {
    const limit = coerce(state, size, { kind: 'bigint' }, sample.size.span);
    const shuffled = { kind: 'sort', input: item.plan, keys: [{ expression: random, descending: false, nullsFirst: false }] } as const;
    return { ...item, plan: { kind: 'limit', input: shuffled, limit, offset: null } };
  }
  const percent = coerce(state, size, DOUBLE, sample.size.span);
  if (percent.kind === 'literal' && !(Number(percent.value) >= 0 && Number(percent.value) <= 100)) {
    throw bindError(state, 'SQL_INVALID_VALUE', 'a sample has from 0 to 100 percent of the rows', sample.size.span);
  }
  const share: PlanExpression = { kind: 'call', function: 'divide', arguments: [percent, literal(DOUBLE, '100.0')], type: DOUBLE };
  return { ...item, plan: { kind: 'filter', input: item.plan, predicate: predicate('lt', random, share) } };
}
