import { type BoundQuery, formatType, PlatformError, type RunOptions } from '../../spi/index.ts';
import type { ParameterInput } from './query-message.ts';

/** Returns the values of a query's parameter slots for one execution.
 *  @throws SQL_PARAMETER when there are more or fewer values than slots */
export function bindParameters(query: BoundQuery, run: RunOptions): readonly ParameterInput[] {
  if (run.parameters.length !== query.parameters.length) {
    throw new PlatformError(
      'SQL_PARAMETER',
      `the statement takes ${String(query.parameters.length)} parameters, but ${String(run.parameters.length)} are given`,
    );
  }
  return query.parameters.map((type, index) => ({ type: formatType(type), value: run.parameters[index] ?? null }));
}
