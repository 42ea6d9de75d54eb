import type { BoundQuery, LiteralExpression, LogicalPlan, ParameterExpression, ParameterValue } from '../../spi/index.ts';
import { PlatformError } from '../../spi/index.ts';

/** Returns the plan with the values of an execution in place of its parameters.
 *  @throws SQL_PARAMETER when their number is not that of the plan's slots */
export function bindParameters({ plan, parameters }: BoundQuery, values: readonly ParameterValue[]): LogicalPlan {
  if (values.length !== parameters.length) {
    throw new PlatformError(
      'SQL_PARAMETER',
      `the statement takes ${String(parameters.length)} parameters, but ${String(values.length)} are given`,
    );
  }
  return parameters.length === 0 ? plan : (replaceParameters(plan, values) as LogicalPlan);
}

/** Plans are JSON through and through, so one walk over values does for all nodes. */
function replaceParameters(part: unknown, values: readonly ParameterValue[]): unknown {
  if (typeof part !== 'object' || part === null) return part;
  if (Array.isArray(part)) return part.map((item) => replaceParameters(item, values));
  if (isParameter(part)) {
    const literal: LiteralExpression = { kind: 'literal', type: part.type, value: values[part.index] ?? null };
    return literal;
  }
  return Object.fromEntries(Object.entries(part).map(([name, value]) => [name, replaceParameters(value, values)]));
}

function isParameter(part: object): part is ParameterExpression {
  return 'kind' in part && part.kind === 'parameter' && 'index' in part;
}
