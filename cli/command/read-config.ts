import { type ConfigInputs, loadConfig } from '../config/load-config.ts';
import type { LoadedConfig } from '../config/config.ts';
import { type CommandArguments, type CommandIo, textOption } from './command.ts';

/** Flags that stand for a configuration key. */
const KEY_FLAGS: Readonly<Record<string, string>> = { data: 'data.directory', host: 'http.host', port: 'http.port' };

/** Returns the configuration of a call: its flags over the environment over the file over the defaults.
 *  @throws CONFIG_INVALID */
export function readConfig(call: CommandArguments, io: CommandIo): LoadedConfig {
  const set = call.options['set'];
  const flags = Array.isArray(set) ? set.map(String) : [];
  for (const [flag, key] of Object.entries(KEY_FLAGS)) {
    const value = textOption(call, flag);
    if (value !== null) flags.push(`${key}=${value}`);
  }
  const inputs: ConfigInputs = {
    file: textOption(call, 'config'),
    environment: io.environment,
    flags,
    workingDirectory: io.workingDirectory,
  };
  return loadConfig(inputs);
}
