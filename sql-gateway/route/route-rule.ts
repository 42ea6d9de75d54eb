import { nearestName, PlatformError } from '../../spi/index.ts';
import type { RouteCondition, RouteRuleText } from '../../sql/bind/index.ts';

/** What a rule may ask of a statement. */
export const ROUTE_FEATURES = {
  kind: 'text',
  user: 'text',
  table: 'set',
  feature: 'set',
  input_rows: 'number',
  input_bytes: 'number',
  memory_bytes: 'number',
} as const satisfies Readonly<Record<string, 'text' | 'set' | 'number'>>;

/** Name of a feature. */
export type RouteFeature = keyof typeof ROUTE_FEATURES;

/** A condition that was checked. */
export interface RuleCondition extends RouteCondition {
  readonly feature: RouteFeature;
}

/** Who may run the statements that meet all conditions, and in which order. The first rule that matches decides. */
export interface RouteRule extends RouteRuleText {
  readonly when: readonly RuleCondition[];
  readonly origin: 'configuration' | 'sql';
}

const KINDS = ['query', 'write'];

/** Checks a rule as it was written.
 *  @throws SQL_INVALID_VALUE for a feature or a comparison that there is not, ENGINE_UNKNOWN for an engine that is not registered */
export function checkRule(rule: RouteRuleText, origin: RouteRule['origin'], engines: { check(name: string): void }): RouteRule {
  for (const engine of rule.engines) engines.check(engine);
  if (rule.policy !== 'any' && rule.engines.length === 0) throw invalid(rule, `the policy '${rule.policy}' needs ENGINES`);
  if (rule.policy === 'any' && rule.engines.length > 0) throw invalid(rule, "the policy 'any' takes no ENGINES");
  return {
    ...rule,
    engines: rule.engines.map((engine) => engine.toLowerCase()),
    when: rule.when.map((one) => checkCondition(rule, one)),
    origin,
  };
}

function checkCondition(rule: RouteRuleText, condition: RouteCondition): RuleCondition {
  const feature = condition.feature.toLowerCase();
  const type = Object.hasOwn(ROUTE_FEATURES, feature) ? ROUTE_FEATURES[feature as RouteFeature] : undefined;
  if (type === undefined) {
    const nearest = nearestName(feature, Object.keys(ROUTE_FEATURES));
    const hint = nearest === null ? `There are ${Object.keys(ROUTE_FEATURES).join(', ')}.` : `Did you mean '${nearest}'?`;
    throw invalid(rule, `statements have no feature '${condition.feature}'`, hint);
  }
  const { operator, value } = condition;
  if (type === 'number' && !/^\d{1,18}$/.test(value)) throw invalid(rule, `${feature} is compared with a whole number, not '${value}'`);
  if (type !== 'number' && operator !== '=' && operator !== '<>')
    throw invalid(rule, `${feature} is compared by = and <>, not ${operator}`);
  if (feature === 'kind' && !KINDS.includes(value.toLowerCase())) throw invalid(rule, `kind is 'query' or 'write', not '${value}'`);
  if (feature === 'table' && !value.includes('.')) throw invalid(rule, `table is written with its schema, such as 'main.${value}'`);
  return { feature: feature as RouteFeature, operator, value };
}

/** Returns the conditions of a rule as they are written in SQL; empty for none. */
export function formatConditions(rule: RouteRule): string {
  return rule.when
    .map(({ feature, operator, value }) => {
      const written = ROUTE_FEATURES[feature] === 'number' ? value : `'${value.replaceAll("'", "''")}'`;
      return `${feature} ${operator} ${written}`;
    })
    .join(' AND ');
}

function invalid(rule: RouteRuleText, reason: string, hint?: string): PlatformError {
  return new PlatformError('SQL_INVALID_VALUE', `Rule '${rule.name}': ${reason}.`, { hint });
}
