import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { lstat, mkdir, readdir, rm, symlink, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { assert, PlatformError } from '../../../spi/index.ts';
import { onDisk } from '../../file/durable-file.ts';
import type { PluginManifest } from './plugin-manifest.ts';
import type { PackageFile } from './read-archive.ts';

const require = createRequire(import.meta.url);

/** Packages that the server gives to plugins, their `peerDependencies`, and where it has them. */
const GIVEN_PACKAGES = {
  trivium: () => dirname(require.resolve('trivium/package.json')),
  // The package names no file in its own folder.
  'apache-arrow': () => /^.*\/node_modules\/apache-arrow(?=\/)/.exec(require.resolve('apache-arrow'))?.[0] ?? null,
};

/** Age from which a folder that no record names is taken for left over. Units: milliseconds. */
const LEFT_OVER_MS = 3_600_000;

/** Units: milliseconds for the installation of a plugin's dependencies. */
const NPM_MS = 300_000;

/** Makes the directory of installed plugins ready: plugins in it find the packages that the server gives them.
 *  @throws STORAGE_IO */
export async function openPluginDirectory(directory: string): Promise<void> {
  await linkGivenPackages(join(directory, 'node_modules'));
}

/** Makes a folder `node_modules` with the packages that the server gives to plugins, as links to its own.
 *  @throws STORAGE_IO */
export async function linkGivenPackages(modules: string): Promise<void> {
  await onDisk(() => mkdir(modules, { recursive: true, mode: 0o700 }));
  for (const [name, find] of Object.entries(GIVEN_PACKAGES)) {
    const [link, target] = [join(modules, name), find()];
    assert(target !== null, `the package ${name} lies in a folder of its name`);
    // The server may have moved since the link was made.
    await onDisk(() => rm(link, { force: true }));
    await onDisk(() => symlink(target, link, 'dir').catch(ignoreExisting));
  }
}

/** Another process of the same server may have been first. */
function ignoreExisting(error: unknown): void {
  if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
}

/** Removes folders that no record names. One that is young may be another process's, about to be recorded.
 *  @throws STORAGE_IO */
export async function sweepPluginDirectory(directory: string, recorded: ReadonlySet<string>): Promise<void> {
  const names = await onDisk(() => readdir(directory));
  for (const name of names) {
    const path = join(directory, name);
    if (name === 'node_modules' || name === 'installed.json' || recorded.has(name)) continue;
    const { mtimeMs } = await onDisk(() => lstat(path));
    if (Date.now() - mtimeMs > LEFT_OVER_MS) await onDisk(() => rm(path, { recursive: true, force: true }));
  }
}

/** Writes a package's files into a new folder, with what it depends on. Returns the folder's name.
 *  Guarantees: no script of the package or of its dependencies is run.
 *  @throws REQUEST_INVALID when npm cannot bring the dependencies, STORAGE_IO, RESOURCE_DISK */
export async function unpackPlugin(directory: string, manifest: PluginManifest, files: readonly PackageFile[]): Promise<string> {
  const name = `${manifest.engine}-${manifest.version}-${randomUUID().slice(0, 8)}`;
  const folder = join(directory, name);
  try {
    await onDisk(async () => {
      await mkdir(folder, { mode: 0o700 });
      for (const { path, bytes } of files) {
        await mkdir(dirname(join(folder, path)), { recursive: true });
        await writeFile(join(folder, path), bytes, { flag: 'wx', mode: 0o600 });
      }
    });
    if (manifest.dependenciesFrom === 'lock') await installDependencies(folder, manifest);
    return name;
  } catch (error) {
    await rm(folder, { recursive: true, force: true });
    throw error;
  }
}

/** Scripts stay off: what a plugin does, it does in its host, not at its installation. */
async function installDependencies(folder: string, { name, version }: PluginManifest): Promise<void> {
  const words = ['ci', '--ignore-scripts', '--omit=dev', '--omit=peer', '--no-audit', '--no-fund', '--loglevel=error'];
  const output = await new Promise<string | null>((resolve) => {
    const child = spawn('npm', words, { cwd: folder, stdio: ['ignore', 'pipe', 'pipe'], timeout: NPM_MS });
    let lines = '';
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (chunk: Buffer) => (lines = (lines + chunk.toString()).slice(-2000)));
    child.once('error', (error) => {
      resolve(error.message);
    });
    child.once('close', (code) => {
      resolve(code === 0 ? null : lines);
    });
  });
  if (output === null) return;
  throw new PlatformError('REQUEST_INVALID', `The dependencies of ${name} ${version} cannot be installed: ${output.trim()}`, {
    hint: 'Bundle them with bundleDependencies where npm reaches no registry.',
  });
}
