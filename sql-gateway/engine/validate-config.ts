import { type ConfigProperty, type ConfigSchema, nearestName, PlatformError } from '../../spi/index.ts';

/** A plugin's configuration after the check: every value has its declared type. */
export type EngineConfig = Readonly<Record<string, string | number | boolean>>;

/** Returns the configuration of an owner (`engine 'olap'`) with defaults filled in.
 *  @throws CONFIG_INVALID for an unknown key (with the nearest one), a missing key, or a value of the wrong type or range. */
export function validateConfig(owner: string, given: Readonly<Record<string, unknown>>, schema: ConfigSchema): EngineConfig {
  const known = Object.keys(schema.properties);
  for (const key of Object.keys(given)) {
    if (known.includes(key)) continue;
    const nearest = nearestName(key, known);
    throw invalid(owner, `unknown key '${key}'${nearest === null ? `; it takes ${listNames(known)}` : `; did you mean '${nearest}'?`}`);
  }
  const config: Record<string, string | number | boolean> = {};
  for (const [key, property] of Object.entries(schema.properties)) {
    const value = given[key] ?? property.default;
    if (value === undefined) {
      if (schema.required?.includes(key) === true) throw invalid(owner, `the key '${key}' is missing (${property.description})`);
      continue;
    }
    config[key] = checkValue(owner, key, value, property);
  }
  return config;
}

function checkValue(owner: string, key: string, value: unknown, property: ConfigProperty): string | number | boolean {
  if (!hasType(value, property.type)) {
    throw invalid(owner, `'${key}' must be of type ${property.type}, not ${value === null ? 'null' : typeof value}`);
  }
  if (typeof value === 'number') {
    const { minimum = -Infinity, maximum = Infinity } = property;
    if (value < minimum || value > maximum) {
      throw invalid(
        owner,
        `'${key}' is ${property.secret === true ? '' : `${String(value)}, `}outside of ${String(minimum)} to ${String(maximum)}`,
      );
    }
  }
  if (typeof value === 'string' && property.enum !== undefined && !property.enum.includes(value)) {
    const shown = property.secret === true ? '' : ` is '${value}'; it`;
    throw invalid(owner, `'${key}'${shown} must be one of ${listNames(property.enum)}`);
  }
  return value;
}

function hasType(value: unknown, type: ConfigProperty['type']): value is string | number | boolean {
  if (type === 'integer') return Number.isSafeInteger(value);
  if (type === 'number') return typeof value === 'number' && Number.isFinite(value);
  return typeof value === type;
}

function listNames(names: readonly string[]): string {
  return names.length === 0 ? 'no keys' : names.map((name) => `'${name}'`).join(', ');
}

function invalid(owner: string, what: string): PlatformError {
  return new PlatformError('CONFIG_INVALID', `Configuration of ${owner}: ${what}.`);
}
