import type { AlterRoute, ClearEngine, RouteComparison } from '../ast/index.ts';
import { formatIdentifier, formatString } from './format-name.ts';

function formatComparison({ feature, operator, value, isNumber }: RouteComparison): string {
  return `${formatIdentifier(feature)} ${operator} ${isNumber ? value : formatString(value)}`;
}

/** Prints an ALTER ROUTE statement. */
export function formatAlterRoute({ name, rule }: AlterRoute): string {
  const head = `ALTER ROUTE ${formatIdentifier(name)}`;
  if (rule === null) return `${head} DROP`;
  const when = rule.conditions.length === 0 ? '' : ` WHEN ${rule.conditions.map(formatComparison).join(' AND ')}`;
  const engines = rule.engines.length === 0 ? '' : ` ENGINES (${rule.engines.map(formatIdentifier).join(', ')})`;
  return `${head}${when} SET POLICY ${rule.policy.toUpperCase()}${engines}${rule.views ? '' : ' VIEWS OFF'}`;
}

/** Prints ALTER ROUTE CLEAR ENGINE. */
export function formatClearEngine({ engine }: ClearEngine): string {
  return `ALTER ROUTE CLEAR ENGINE ${formatIdentifier(engine)}`;
}
