import { accessSync, constants, existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { delimiter, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

/** A program with its arguments. */
export interface ChildCommand {
  readonly file: string;
  readonly args: readonly string[];
}

/** What decides about a child's command line. */
export interface ChildCommandOptions {
  readonly entry: URL;
  readonly name: string;
  readonly args: readonly string[];
  readonly memoryBytesMax: number | undefined;
}

/** Returns the command line of a child: Node on the entry module, behind the Linux tools that cap its memory and end it with its parent where they are installed. */
export function childCommand(options: ChildCommandOptions): ChildCommand {
  const node = [process.execPath, `--title=${options.name}`, ...loaderArguments(options.entry), entryPath(options.entry), ...options.args];
  const [file = process.execPath, ...args] = [...parentDeathArguments(), ...memoryArguments(options.memoryBytesMax), ...node];
  return { file, args };
}

/** A built program has `.js` where its source says `.ts`. */
function entryPath(entry: URL): string {
  const path = fileURLToPath(entry);
  if (import.meta.url.endsWith('.js')) return path.replace(/\.ts$/, '.js');
  return compiledCopy(path) ?? path;
}

/** Sources that were compiled before are not compiled again by each child: `COMPILED_SOURCES` names the folder of the sources and that of their copy.
 *  Returns null without one, for sources in another folder, and for a file that is not in the copy. */
function compiledCopy(path: string): string | null {
  const [source, copy] = (process.env['COMPILED_SOURCES'] ?? '').split(delimiter);
  if (copy === undefined || source !== fileURLToPath(new URL('../../', import.meta.url)) || !path.startsWith(source)) return null;
  const compiled = join(copy, 'dist', path.slice(source.length).replace(/\.ts$/, '.js'));
  return existsSync(compiled) ? compiled : null;
}

function loaderArguments(entry: URL): string[] {
  if (!entryPath(entry).endsWith('.ts')) return [];
  return ['--import', pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href];
}

/** A child that is busy in native code does not see its parent's end close, so the kernel is asked to end it too. */
function parentDeathArguments(): string[] {
  const tool = linuxTool('setpriv');
  return tool === null ? [] : [tool, '--pdeathsig', 'KILL', '--'];
}

function memoryArguments(memoryBytesMax: number | undefined): string[] {
  const tool = memoryBytesMax === undefined ? null : linuxTool('prlimit');
  return tool === null ? [] : [tool, `--data=${memoryBytesMax}`, '--'];
}

const found = new Map<string, string | null>();

function linuxTool(name: string): string | null {
  const known = found.get(name);
  if (known !== undefined) return known;
  const path = process.platform === 'linux' ? (searchPath().find((folder) => isExecutable(join(folder, name))) ?? null) : null;
  const tool = path === null ? null : join(path, name);
  found.set(name, tool);
  return tool;
}

function searchPath(): string[] {
  return (process.env['PATH'] ?? '').split(delimiter).filter((folder) => folder !== '');
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    // Not there or not ours to run: the search goes on.
    return false;
  }
}
