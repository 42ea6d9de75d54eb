import { CONFIG_KEYS, type ConfigKey } from '../config/config-keys.ts';
import type { Config, LoadedConfig } from '../config/config.ts';
import { renderTable } from '../format/render-table.ts';
import { type Command, CONFIG_OPTIONS, EXIT } from './command.ts';
import { readTlsFiles } from '../server/read-tls-files.ts';
import { readConfig } from './read-config.ts';

/** `trivium config` */
export const configCommand: Command = {
  name: 'config',
  summary: 'Check or show the configuration',
  usage: 'check|show [options]',
  options: CONFIG_OPTIONS,
  examples: ['trivium config check --config trivium.yaml', 'trivium config show'],
  run: (call, io) => {
    const [verb = 'check', ...rest] = call.words;
    if ((verb !== 'check' && verb !== 'show') || rest.length > 0) {
      io.stderr.write(`trivium config: expected 'check' or 'show', found '${call.words.join(' ')}'\n`);
      return Promise.resolve(EXIT.usage);
    }
    const loaded = readConfig(call, io);
    if (verb === 'show') io.stdout.write(`${showConfig(loaded, io.stdout.columns).join('\n')}\n`);
    else {
      readTlsFiles(loaded.config.http.tls);
      io.stdout.write(`The configuration is valid (${loaded.file ?? 'no file'}).\n`);
    }
    return Promise.resolve(EXIT.done);
  },
};

function showConfig(loaded: LoadedConfig, widthMax: number | undefined): string[] {
  const rows = Object.entries<ConfigKey>(CONFIG_KEYS).map(([name, key]) => [
    name,
    showValue(key, valueOf(loaded.config, name)),
    loaded.origins[name] ?? 'default',
  ]);
  for (const [index, engine] of loaded.config.engines.entries()) {
    rows.push([
      `engines[${String(index)}]`,
      `${engine.module} ${JSON.stringify(engine.config)} ${engine.host}`,
      loaded.file === null ? 'default' : 'file',
    ]);
  }
  // A connector's keys may be secret, which only its plugin knows.
  for (const { catalog, module, config } of loaded.config.connectors) {
    rows.push([`connectors.${catalog}`, `${module} (${Object.keys(config).join(', ')})`, 'file']);
  }
  for (const { namespace, module, config } of loaded.config.functions) {
    rows.push([`functions.${namespace}`, `${module} (${Object.keys(config).join(', ')})`, 'file']);
  }
  const columns = ['key', 'value', 'from'].map((name) => ({ name, align: 'left' as const }));
  return renderTable(columns, rows, { widthMax: widthMax ?? 200 });
}

function valueOf(config: Config, name: string): unknown {
  let value: unknown = config;
  for (const part of name.split('.')) value = (value as Readonly<Record<string, unknown>> | undefined)?.[part];
  return value;
}

function showValue(key: ConfigKey, value: unknown): string {
  if (value === null) return '(not set)';
  if (key.secret === true) return '(hidden)';
  return Array.isArray(value) ? value.join(', ') || '(none)' : typeof value === 'string' ? value : JSON.stringify(value);
}
