import { PlatformError } from '../../spi/index.ts';
import type { ConfigKey } from './config-keys.ts';

/** A configuration value after checking. */
export type ConfigValue = string | number | boolean | readonly string[] | null;

/** Checks a value from a file (any YAML value) or from a text (environment, flag) against its key.
 *  @throws CONFIG_INVALID with the key, where it was given and what is expected; the value of a secret key is never repeated. */
export function parseValue(name: string, key: ConfigKey, given: unknown, place: string): ConfigValue {
  const value = typeof given === 'string' ? fromText(key, given) : given;
  const problem = findProblem(key, value);
  if (problem === null) return value as ConfigValue;
  const shown = key.secret === true ? '' : `, found ${JSON.stringify(given)}`;
  throw new PlatformError('CONFIG_INVALID', `${place}: ${name} ${problem}${shown}`, { hint: 'docs/configuration.md lists every key' });
}

function fromText(key: ConfigKey, text: string): unknown {
  switch (key.type) {
    case 'string':
      return text;
    case 'integer':
      return /^-?\d+$/.test(text.trim()) ? Number(text) : text;
    case 'number':
      return /^-?\d+(\.\d+)?$/.test(text.trim()) ? Number(text) : text;
    case 'boolean':
      return text === 'true' ? true : text === 'false' ? false : text;
    case 'string-list':
      return text === '' ? [] : text.split(',').map((part) => part.trim());
  }
}

function findProblem(key: ConfigKey, value: unknown): string | null {
  switch (key.type) {
    case 'string':
      if (typeof value !== 'string' || value === '') return 'must be a text that is not empty';
      return key.enum === undefined || key.enum.includes(value) ? null : `must be one of ${key.enum.join(', ')}`;
    case 'integer':
    case 'number': {
      if (key.type === 'integer' && !Number.isSafeInteger(value)) return 'must be a whole number';
      if (typeof value !== 'number' || !Number.isFinite(value)) return 'must be a number';
      const minimum = key.minimum ?? Number.MIN_SAFE_INTEGER;
      const maximum = key.maximum ?? Number.MAX_SAFE_INTEGER;
      return value >= minimum && value <= maximum ? null : `must be from ${String(minimum)} to ${String(maximum)}`;
    }
    case 'boolean':
      return typeof value === 'boolean' ? null : 'must be true or false';
    case 'string-list':
      return Array.isArray(value) && value.every((item) => typeof item === 'string') ? null : 'must be a list of texts';
  }
}
