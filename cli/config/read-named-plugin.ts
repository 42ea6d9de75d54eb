import { PlatformError } from '../../spi/index.ts';

/** A plugin that the configuration gives a name: that of a catalog or of a namespace. */
export interface NamedPlugin {
  readonly name: string;
  readonly module: string;
  readonly config: Readonly<Record<string, unknown>>;
}

/** Reads an entry of `connectors` or `functions`: `module` beside the keys of the plugin's own configuration, which is checked when the plugin is loaded. A value `{env: NAME}`
 *  is the text of an environment variable, so that secrets need not stand in the file.
 *  @throws CONFIG_INVALID with the place and what is expected; values are never repeated */
export function readNamedPlugin(
  name: string,
  entry: Readonly<Record<string, unknown>>,
  environment: Readonly<Record<string, string | undefined>>,
  place: string,
): NamedPlugin {
  const { module, ...given } = entry;
  if (typeof module !== 'string' || module === '') {
    throw new PlatformError('CONFIG_INVALID', `${place}.module must name a package or a path`);
  }
  const config = Object.fromEntries(Object.entries(given).map(([key, value]) => [key, readValue(value, environment, `${place}.${key}`)]));
  return { name, module, config };
}

function readValue(value: unknown, environment: Readonly<Record<string, string | undefined>>, place: string): unknown {
  if (typeof value !== 'object' || value === null) return value;
  const { env, ...more } = value as Readonly<Record<string, unknown>>;
  if (typeof env !== 'string' || Object.keys(more).length > 0) {
    throw new PlatformError('CONFIG_INVALID', `${place} must be a value, or {env: NAME} for the text of an environment variable`);
  }
  const text = environment[env];
  if (text !== undefined) return text;
  throw new PlatformError('CONFIG_INVALID', `${place}: the environment variable ${env} is not set`);
}
