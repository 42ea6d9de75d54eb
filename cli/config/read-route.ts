import { PlatformError } from '../../spi/index.ts';
import { bindAlterRoute, type RouteRuleText } from '../../sql/bind/index.ts';
import { parseStatement } from '../../sql/parse/index.ts';

const POLICIES = ['strict', 'prefer', 'any'] as const;

/** Reads an entry of `routes`. Conditions are written as in ALTER ROUTE.
 *  @throws CONFIG_INVALID with the place and what is expected */
export function readRoute(entry: Readonly<Record<string, unknown>>, place: string): RouteRuleText {
  const { name, when = null, engines = [], views = true } = entry;
  const invalid = (key: string, expected: string): PlatformError =>
    new PlatformError('CONFIG_INVALID', `${place}.${key} must be ${expected}`);
  if (typeof name !== 'string' || name === '') throw invalid('name', 'a text that is not empty');
  const policy = POLICIES.find((known) => known === entry['policy']);
  if (policy === undefined) throw invalid('policy', `one of ${POLICIES.join(', ')}`);
  if (!Array.isArray(engines) || !engines.every((engine) => typeof engine === 'string')) throw invalid('engines', 'a list of names');
  if (typeof views !== 'boolean') throw invalid('views', 'true or false');
  if (when !== null && typeof when !== 'string') throw invalid('when', "a text such as kind = 'write'");
  return { name, when: when === null ? [] : readConditions(when, `${place}.when`), policy, engines, views };
}

function readConditions(text: string, place: string): RouteRuleText['when'] {
  try {
    const statement = parseStatement(`ALTER ROUTE r WHEN ${text} SET POLICY any`);
    const bound = statement.kind === 'alter-route' ? bindAlterRoute(statement) : null;
    if (bound !== null && bound.rule !== null) return bound.rule.when;
  } catch (error) {
    const { message } = PlatformError.from(error, 'CONFIG_INVALID');
    throw new PlatformError('CONFIG_INVALID', `${place}: ${message}`, { cause: error });
  }
  throw new PlatformError('CONFIG_INVALID', `${place} must be conditions joined by AND`);
}
