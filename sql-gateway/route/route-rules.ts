import { type Logger, nearestName, PlatformError, type SettingStore } from '../../spi/index.ts';
import type { RouteRuleText } from '../../sql/bind/index.ts';
import type { EngineRegistry } from '../engine/engine-registry.ts';
import { checkRule, type RouteRule } from './route-rule.ts';

/** The rules of a server, the first that matches decides: those made by SQL in the order in which they were made, then the configured ones.
 *  A rule of SQL hides a configured one of the same name. */
export interface RouteRules {
  list(): readonly RouteRule[];
  /** Makes a rule, or changes it in its place; durable when it returns.
   *  @throws SQL_INVALID_VALUE, ENGINE_UNKNOWN */
  put(rule: RouteRuleText): Promise<void>;
  /** Forgets a rule that SQL made.
   *  @throws SQL_UNKNOWN_ROUTE */
  drop(name: string): Promise<void>;
}

const PREFIX = 'route/';

interface StoredRule {
  readonly position: number;
  readonly rule: RouteRuleText;
}

/** Reads the rules of SQL and checks the configured ones.
 *  @throws CONFIG_INVALID for a configured rule that cannot be */
export async function openRouteRules(
  configured: readonly RouteRuleText[],
  parts: { readonly settings: SettingStore; readonly engines: EngineRegistry; readonly log: Logger },
): Promise<RouteRules> {
  const { settings, engines } = parts;
  const ofConfiguration = checkConfigured(configured, engines);
  const ofSql = await readStored(parts);
  let rules = order(ofSql, ofConfiguration);
  const keyOf = (name: string): string => PREFIX + name.toLowerCase();
  return {
    list: () => rules,
    put: async (text) => {
      const rule = checkRule(text, 'sql', engines);
      const key = keyOf(rule.name);
      const position = ofSql.get(key)?.position ?? Math.max(0, ...[...ofSql.values()].map((stored) => stored.position)) + 1;
      await settings.put(key, JSON.stringify({ position, rule: text } satisfies StoredRule));
      ofSql.set(key, { position, rule });
      rules = order(ofSql, ofConfiguration);
    },
    drop: async (name) => {
      const key = keyOf(name);
      if (!ofSql.has(key)) throw unknownRule(name, rules);
      await settings.put(key, null);
      ofSql.delete(key);
      rules = order(ofSql, ofConfiguration);
    },
  };
}

type PlacedRule = { readonly position: number; readonly rule: RouteRule };

function order(ofSql: ReadonlyMap<string, PlacedRule>, ofConfiguration: readonly RouteRule[]): readonly RouteRule[] {
  const placed = [...ofSql.values()].sort((left, right) => left.position - right.position).map(({ rule }) => rule);
  const hidden = new Set(placed.map(({ name }) => name.toLowerCase()));
  return [...placed, ...ofConfiguration.filter(({ name }) => !hidden.has(name.toLowerCase()))];
}

function checkConfigured(configured: readonly RouteRuleText[], engines: EngineRegistry): readonly RouteRule[] {
  const names = new Set<string>();
  return configured.map((text) => {
    try {
      if (names.has(text.name.toLowerCase())) throw new PlatformError('CONFIG_INVALID', `Two rules are called '${text.name}'.`);
      names.add(text.name.toLowerCase());
      return checkRule(text, 'configuration', engines);
    } catch (error) {
      if (!(error instanceof PlatformError)) throw error;
      throw new PlatformError('CONFIG_INVALID', `routes: ${error.message}`, { hint: error.hint, cause: error });
    }
  });
}

/** A stored rule may name an engine that is no longer configured; the server starts without the rule then. */
async function readStored({
  settings,
  engines,
  log,
}: {
  readonly settings: SettingStore;
  readonly engines: EngineRegistry;
  readonly log: Logger;
}): Promise<Map<string, PlacedRule>> {
  const rules = new Map<string, PlacedRule>();
  for (const { key, value } of await settings.list(PREFIX)) {
    const { position, rule } = JSON.parse(value) as StoredRule;
    try {
      rules.set(key, { position, rule: checkRule(rule, 'sql', engines) });
    } catch (error) {
      log.warn({ rule: rule.name, error: String(error) }, 'a routing rule cannot be used and is left out');
    }
  }
  return rules;
}

function unknownRule(name: string, rules: readonly RouteRule[]): PlatformError {
  const configured = rules.some((rule) => rule.origin === 'configuration' && rule.name.toLowerCase() === name.toLowerCase());
  if (configured) {
    return new PlatformError('SQL_UNKNOWN_ROUTE', `Rule '${name}' is the configuration's, SQL does not drop it.`, {
      hint: `ALTER ROUTE ${name} SET POLICY any hides it.`,
    });
  }
  const nearest = nearestName(
    name,
    rules.map((rule) => rule.name),
  );
  return new PlatformError('SQL_UNKNOWN_ROUTE', `There is no rule '${name}'.`, {
    hint: nearest === null ? 'SHOW ROUTES lists the rules.' : `Did you mean '${nearest}'?`,
  });
}
