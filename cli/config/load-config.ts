import { existsSync, readFileSync } from 'node:fs';
import { dirname, isAbsolute, resolve } from 'node:path';
import { parseDocument } from 'yaml';
import { nearestName, PlatformError } from '../../spi/index.ts';
import { CONFIG_KEYS, type ConfigKey, environmentName } from './config-keys.ts';
import type { Config, ConfigOrigin, EngineEntry, LoadedConfig } from './config.ts';
import { type NamedPlugin, readNamedPlugin } from './read-named-plugin.ts';
import { parseValue, type ConfigValue } from './parse-value.ts';
import { ENGINE_KEYS, readEngine } from './read-engine.ts';
import { readRoute } from './read-route.ts';

/** Environment variable with a file of certificates that the commands trust, which is about them and not about a server. */
export const CA_FILE_VARIABLE = 'TRIVIUM_CA_FILE';

/** The file that is read when `--config` names none and it exists. */
export const DEFAULT_CONFIG_FILE = 'trivium.yaml';

/** The engines that are loaded when the file names none. */
const DEFAULT_ENGINES: readonly EngineEntry[] = [
  { module: 'olap', config: {}, host: 'in-process' },
  { module: 'batch', config: {}, host: 'in-process' },
  { module: 'stream', config: {}, host: 'in-process' },
];

/** What `loadConfig` reads from. */
export interface ConfigInputs {
  /** Path given by `--config`; null looks for `trivium.yaml` in the working directory. */
  readonly file: string | null;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** `key=value` texts of `--set` and of the flags that stand for a key, later ones win. */
  readonly flags: readonly string[];
  readonly workingDirectory: string;
}

/** Returns the configuration: flags over environment over file over defaults.
 *  @throws CONFIG_INVALID for an unknown key, with the nearest one, or a value of the wrong form, with where it came from. */
export function loadConfig(inputs: ConfigInputs): LoadedConfig {
  const file = findFile(inputs);
  const fromFile =
    file === null
      ? { values: new Map<string, ConfigValue>(), engines: null, connectors: [], functions: [], routes: [] }
      : readConfigFile(file, inputs.environment);
  const fromEnvironment = readEnvironment(inputs.environment);
  const fromFlags = readFlags(inputs.flags);
  const values: Record<string, ConfigValue> = {};
  const origins: Record<string, ConfigOrigin> = {};
  for (const [name, key] of Object.entries<ConfigKey>(CONFIG_KEYS)) {
    values[name] = key.default;
    origins[name] = 'default';
    const layers: readonly [ConfigOrigin, ReadonlyMap<string, ConfigValue>][] = [
      ['file', fromFile.values],
      ['environment', fromEnvironment],
      ['flag', fromFlags],
    ];
    for (const [origin, layer] of layers) {
      const value = layer.get(name);
      if (value === undefined) continue;
      values[name] = value;
      origins[name] = origin;
    }
  }
  const { connectors, functions, routes } = fromFile;
  const lists = { engines: fromFile.engines ?? DEFAULT_ENGINES, connectors, functions, routes };
  const config = nestKeys(values, lists);
  return { config: resolvePaths(config, inputs.workingDirectory, file), origins, file };
}

function findFile(inputs: ConfigInputs): string | null {
  if (inputs.file !== null) {
    const path = resolve(inputs.workingDirectory, inputs.file);
    if (!existsSync(path)) throw new PlatformError('CONFIG_INVALID', `the configuration file ${path} does not exist`);
    return path;
  }
  const path = resolve(inputs.workingDirectory, DEFAULT_CONFIG_FILE);
  return existsSync(path) ? path : null;
}

interface FileContent {
  readonly values: Map<string, ConfigValue>;
  readonly engines: readonly EngineEntry[] | null;
  readonly connectors: Config['connectors'];
  readonly functions: Config['functions'];
  readonly routes: Config['routes'];
}

function readConfigFile(file: string, environment: ConfigInputs['environment']): FileContent {
  const document = parseDocument(readFileSync(file, 'utf8'));
  const problem = document.errors[0];
  if (problem !== undefined) throw new PlatformError('CONFIG_INVALID', `${file}: ${problem.message}`);
  const content: unknown = document.toJS() ?? {};
  const values = new Map<string, ConfigValue>();
  let engines: readonly EngineEntry[] | null = null;
  let connectors: Config['connectors'] = [];
  let functions: Config['functions'] = [];
  let routes: Config['routes'] = [];
  for (const [section, entries] of Object.entries(asRecord(content, file, 'the file'))) {
    if (section === 'engines') {
      engines = readEngines(entries, file);
      continue;
    }
    if (section === 'connectors') {
      connectors = readNamed(entries, file, section, environment).map(({ name, ...entry }) => ({ catalog: name, ...entry }));
      continue;
    }
    if (section === 'functions') {
      functions = readNamed(entries, file, section, environment).map(({ name, ...entry }) => ({ namespace: name, ...entry }));
      continue;
    }
    if (section === 'routes') {
      routes = asList(entries, file, section).map((entry, index) => {
        const place = `routes[${String(index)}]`;
        const record = asRecord(entry, file, place);
        checkKeys(record, ROUTE_KEYS, file, place);
        return readRoute(record, `${file}: ${place}`);
      });
      continue;
    }
    const sections = new Set(Object.keys(CONFIG_KEYS).map((name) => name.slice(0, name.indexOf('.'))));
    if (!sections.has(section)) throw unknownKey(section, [...sections, 'engines', 'connectors', 'functions', 'routes'], file);
    readSection(section, entries, file, values);
  }
  return { values, engines, connectors, functions, routes };
}

function readNamed(entries: unknown, file: string, section: string, environment: ConfigInputs['environment']): readonly NamedPlugin[] {
  return Object.entries(asRecord(entries, file, section)).map(([name, entry]) => {
    const place = `${section}.${name}`;
    return readNamedPlugin(name, asRecord(entry, file, place), environment, `${file}: ${place}`);
  });
}

function readSection(section: string, entries: unknown, file: string, values: Map<string, ConfigValue>): void {
  for (const [name, value] of Object.entries(asRecord(entries, file, section))) {
    const key = `${section}.${name}`;
    if (Object.keys(CONFIG_KEYS).some((known) => known.startsWith(`${key}.`))) readSection(key, value, file, values);
    else values.set(key, parseValue(key, findKey(key, file), value, file));
  }
}

function readEngines(entries: unknown, file: string): readonly EngineEntry[] {
  return asList(entries, file, 'engines').map((entry, index) => {
    const place = `engines[${String(index)}]`;
    const record = asRecord(entry, file, place);
    checkKeys(record, ENGINE_KEYS, file, place);
    const config = record['config'] === undefined ? {} : asRecord(record['config'], file, `${place}.config`);
    return readEngine(record, config, `${file}: ${place}`);
  });
}

const ROUTE_KEYS = ['name', 'when', 'policy', 'engines', 'views'];

function checkKeys(record: Readonly<Record<string, unknown>>, known: readonly string[], file: string, place: string): void {
  for (const name of Object.keys(record)) {
    if (known.includes(name)) continue;
    const places = known.map((key) => `${place}.${key}`);
    throw unknownKey(`${place}.${name}`, places, file);
  }
}

function asList(value: unknown, file: string, place: string): readonly unknown[] {
  if (!Array.isArray(value)) throw new PlatformError('CONFIG_INVALID', `${file}: '${place}' must be a list`);
  return value;
}

function readEnvironment(environment: ConfigInputs['environment']): Map<string, ConfigValue> {
  const byVariable = new Map(Object.keys(CONFIG_KEYS).map((name) => [environmentName(name), name]));
  const values = new Map<string, ConfigValue>();
  for (const [variable, text] of Object.entries(environment)) {
    if (text === undefined || !variable.startsWith('TRIVIUM_') || variable === CA_FILE_VARIABLE) continue;
    const name = byVariable.get(variable);
    if (name === undefined) throw unknownKey(variable, byVariable.keys(), 'the environment');
    values.set(name, parseValue(name, findKey(name, 'the environment'), text, variable));
  }
  return values;
}

function readFlags(flags: readonly string[]): Map<string, ConfigValue> {
  const values = new Map<string, ConfigValue>();
  for (const flag of flags) {
    const equals = flag.indexOf('=');
    if (equals < 1) throw new PlatformError('CONFIG_INVALID', `--set ${flag}: expected key=value`);
    const name = flag.slice(0, equals);
    values.set(name, parseValue(name, findKey(name, '--set'), flag.slice(equals + 1), `--set ${name}`));
  }
  return values;
}

function findKey(name: string, place: string): ConfigKey {
  const keys: Readonly<Record<string, ConfigKey>> = CONFIG_KEYS;
  const key = Object.hasOwn(keys, name) ? keys[name] : undefined;
  if (key === undefined) throw unknownKey(name, Object.keys(keys), place);
  return key;
}

function unknownKey(name: string, known: Iterable<string>, place: string): PlatformError {
  const nearest = nearestName(name, known);
  return new PlatformError('CONFIG_INVALID', `${place}: unknown key '${name}'${nearest === null ? '' : ` (did you mean '${nearest}'?)`}`, {
    hint: 'docs/configuration.md lists every key',
  });
}

function asRecord(value: unknown, file: string, place: string): Readonly<Record<string, unknown>> {
  if (value === null || value === undefined) return {};
  if (typeof value !== 'object' || Array.isArray(value)) throw new PlatformError('CONFIG_INVALID', `${file}: ${place} must be a mapping`);
  return value as Readonly<Record<string, unknown>>;
}

interface NestedValues {
  [name: string]: ConfigValue | NestedValues;
}

/** Sections that are lists or have names of their own. */
type ListName = 'engines' | 'connectors' | 'functions' | 'routes';

function nestKeys(values: Readonly<Record<string, ConfigValue>>, lists: Pick<Config, ListName>): Config {
  const nested: NestedValues = {};
  for (const [name, value] of Object.entries(values)) {
    const parts = name.split('.');
    const last = parts.pop() ?? name;
    let section = nested;
    for (const part of parts) section = (section[part] ??= {}) as NestedValues;
    section[last] = value;
  }
  // Every key of CONFIG_KEYS is present and was checked against its declared type, which is what Config states.
  return { ...(nested as unknown as Omit<Config, ListName>), ...lists };
}

function resolvePaths(config: Config, workingDirectory: string, file: string | null): Config {
  const isPath = (module: string): boolean => module.startsWith('.') || isAbsolute(module);
  const moduleBase = file === null ? workingDirectory : dirname(file);
  const resolveModule = <Entry extends { readonly module: string }>(entry: Entry): Entry =>
    isPath(entry.module) ? { ...entry, module: resolve(moduleBase, entry.module) } : entry;
  const { tls } = config.http;
  const resolveFile = (path: string | null): string | null => (path === null ? null : resolve(workingDirectory, path));
  return {
    ...config,
    data: { directory: resolve(workingDirectory, config.data.directory) },
    files: { allowedDirectories: config.files.allowedDirectories.map((directory) => resolve(workingDirectory, directory)) },
    http: { ...config.http, tls: { certificateFile: resolveFile(tls.certificateFile), keyFile: resolveFile(tls.keyFile) } },
    engines: config.engines.map(resolveModule),
    connectors: config.connectors.map(resolveModule),
    functions: config.functions.map(resolveModule),
  };
}
