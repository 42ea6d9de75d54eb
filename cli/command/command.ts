import { resolve } from 'node:path';
import type { ParseArgsConfig } from 'node:util';
import { CA_FILE_VARIABLE } from '../config/load-config.ts';

/** Exit codes of the program, for scripts. */
export const EXIT = { done: 0, failed: 1, usage: 2, interrupted: 130 } as const;

/** Where a command reads and writes. */
export interface CommandIo {
  readonly stdin: NodeJS.ReadStream;
  readonly stdout: NodeJS.WriteStream;
  readonly stderr: NodeJS.WriteStream;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly workingDirectory: string;
}

/** One option of a command, with its help. */
export type CommandOption = NonNullable<ParseArgsConfig['options']>[string] & { readonly help: string; readonly value?: string };

/** Options and words of a call. */
export interface CommandArguments {
  readonly options: Readonly<Record<string, string | boolean | readonly (string | boolean)[] | undefined>>;
  readonly words: readonly string[];
}

/** One word after `trivium`. */
export interface Command {
  readonly name: string;
  readonly summary: string;
  /** What follows the name, such as `<file> [options]`. */
  readonly usage: string;
  readonly options: Readonly<Record<string, CommandOption>>;
  /** Commands as a user would type them. */
  readonly examples: readonly string[];
  /** Returns the exit code. */
  run(call: CommandArguments, io: CommandIo): Promise<number>;
}

/** Options of every command that reads the configuration. */
export const CONFIG_OPTIONS = {
  config: { type: 'string', value: 'file', help: 'configuration file (default: trivium.yaml, when it exists)' },
  data: { type: 'string', value: 'directory', help: 'data directory (default: trivium-data)' },
  set: { type: 'string', multiple: true, value: 'key=value', help: 'set a configuration key; may be given several times' },
} as const satisfies Readonly<Record<string, CommandOption>>;

/** Options of commands that ask a server. */
export const SERVER_OPTIONS = {
  url: { type: 'string', value: 'address', help: 'server to use (default: the one serving the data directory)' },
  token: { type: 'string', value: 'text', help: 'API token (default: TRIVIUM_AUTH_TOKEN, else the data directory’s token file)' },
  'ca-file': { type: 'string', value: 'file', help: 'certificates of authorities to trust for https, in PEM (default: TRIVIUM_CA_FILE)' },
} as const satisfies Readonly<Record<string, CommandOption>>;

/** The server that a call names; null for what it does not say. */
export interface ServerChoice {
  readonly url: string | null;
  readonly token: string | null;
  /** File of certificates to trust. */
  readonly caFile: string | null;
}

/** Returns what a call says of the server to ask; null for what it does not say. */
export function serverOptions(call: CommandArguments, io: CommandIo): ServerChoice {
  const caFile = textOption(call, 'ca-file') ?? io.environment[CA_FILE_VARIABLE] ?? null;
  return {
    url: textOption(call, 'url'),
    token: textOption(call, 'token'),
    caFile: caFile === null ? null : resolve(io.workingDirectory, caFile),
  };
}

/** Returns the text value of an option, null when it was not given. */
export function textOption(call: CommandArguments, name: string): string | null {
  const value = call.options[name];
  return typeof value === 'string' ? value : null;
}
