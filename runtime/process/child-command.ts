import { spawnSync } from 'node:child_process';
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
  /** Only the soft limit of the memory is set, so that what the child starts may have limits of its own. */
  readonly memorySoft?: boolean | undefined;
  /** The child gets a network of its own that leads nowhere, where the kernel allows it. */
  readonly isolatesNetwork?: boolean | undefined;
  /** True when the child is to load modules written in TypeScript. */
  readonly loadsTypeScript?: boolean | undefined;
}

/** Returns the command line of a child: Node on the entry module, behind the Linux tools that cap its memory and end it with its parent where they are installed. */
export function childCommand(options: ChildCommandOptions): ChildCommand {
  const path = runnablePath(options.entry);
  const node = [process.execPath, `--title=${options.name}`, ...loaderArguments(path, options.loadsTypeScript), path, ...options.args];
  const isolation = options.isolatesNetwork === true ? (networkIsolation() ?? []) : [];
  const [file = process.execPath, ...args] = [...isolation, ...parentDeathArguments(), ...memoryArguments(options), ...node];
  return { file, args };
}

/** Returns the file that is run for a module of ours: a built program has `.js` where its source says `.ts`. */
export function runnablePath(entry: URL): string {
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

/** A module as a child can load it. */
export interface RunnableModule {
  readonly module: string;
  /** True when it is TypeScript still, which a child needs a loader for. */
  readonly isTypeScript: boolean;
}

/** Returns how a child loads a module given by package name, absolute path or file URL. */
export function runnableModule(module: string): RunnableModule {
  if (!module.endsWith('.ts')) return { module, isTypeScript: false };
  const path = module.startsWith('file:') ? fileURLToPath(module) : module;
  const compiled = compiledCopy(path);
  return compiled === null ? { module, isTypeScript: true } : { module: compiled, isTypeScript: false };
}

function loaderArguments(path: string, loadsTypeScript = false): string[] {
  if (!path.endsWith('.ts') && !loadsTypeScript) return [];
  return ['--import', pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href];
}

/** A child that is busy in native code does not see its parent's end close, so the kernel is asked to end it too. */
function parentDeathArguments(): string[] {
  const tool = linuxTool('setpriv');
  return tool === null ? [] : [tool, '--pdeathsig', 'KILL', '--'];
}

function memoryArguments({ memoryBytesMax, memorySoft = false }: ChildCommandOptions): string[] {
  const tool = memoryBytesMax === undefined ? null : linuxTool('prlimit');
  return tool === null ? [] : [tool, `--data=${memoryBytesMax}${memorySoft ? ':' : ''}`, '--'];
}

/** Returns the command that starts another one without a network; null where the kernel does not allow that. */
export function networkIsolation(): readonly string[] | null {
  isolation ??= { command: findIsolation() };
  return isolation.command;
}

let isolation: { readonly command: readonly string[] | null } | null = null;

function findIsolation(): readonly string[] | null {
  const tool = linuxTool('unshare');
  if (tool === null) return null;
  const ways = [
    [tool, '--net', '--'],
    [tool, '--user', '--map-current-user', '--net', '--'],
  ];
  return ways.find(([file = tool, ...args]) => spawnSync(file, [...args, 'true'], { stdio: 'ignore', timeout: 5000 }).status === 0) ?? null;
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
