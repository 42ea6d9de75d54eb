import type { AlterRoute } from '../ast/index.ts';
import type { BoundStatement, RouteRuleText } from './bound-statement.ts';

/** Binds ALTER ROUTE. Which features and engines there are is for the gateway to know. */
export function bindAlterRoute({ name, rule }: AlterRoute): Extract<BoundStatement, { kind: 'alter_route' }> {
  return { kind: 'alter_route', name: name.name, rule: rule === null ? null : routeRule(name.name, rule) };
}

/** Returns a rule as the statement says it. */
function routeRule(name: string, { conditions, policy, engines, views }: NonNullable<AlterRoute['rule']>): RouteRuleText {
  return {
    name,
    when: conditions.map(({ feature, operator, value }) => ({ feature: feature.name, operator, value })),
    policy,
    engines: engines.map((engine) => engine.name),
    views,
  };
}
