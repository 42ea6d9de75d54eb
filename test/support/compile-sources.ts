import { createHash, randomUUID } from 'node:crypto';
import { existsSync, linkSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';

/** Folder of this checkout. */
export const SOURCE_ROOT = fileURLToPath(new URL('../../', import.meta.url));

/** Copies of older sources are removed after this time. Units: milliseconds. */
const KEPT_MS = 24 * 3600 * 1000;

/** Compiles the product's sources as they are now, without a look at types, and returns a folder that is laid out as the installed package is: `package.json` and `dist/`.
 *  Processes start from it in a third of the time that they take from the sources. Files and copies that are there already are used again.
 *  Guarantees: the folder appears whole, also for several callers at the same time, and does not change later. */
export function compileSources(): string {
  compiledFolder ??= compileOnce();
  return compiledFolder;
}

/** A process runs the sources as they were when it first asked. */
let compiledFolder: string | null = null;

function compileOnce(): string {
  const { include, compilerOptions } = readBuildOptions();
  const files = include.flatMap(filesBelow).map((path) => ({ path, content: readFileSync(join(SOURCE_ROOT, path)) }));
  const manifest = readFileSync(join(SOURCE_ROOT, 'package.json'));
  const versions = `${ts.version} ${JSON.stringify(compilerOptions)}`;
  const hashed = files.map((file) => ({ ...file, hash: hashOf(versions, file.path, file.content) }));
  const compiled = join(SOURCE_ROOT, 'temp/compiled', hashOf(manifest, ...hashed.map(({ hash }) => hash)));
  if (existsSync(compiled)) return compiled;

  const fresh = join(SOURCE_ROOT, 'temp', `compiled-${randomUUID()}`);
  mkdirSync(fresh, { recursive: true });
  writeFileSync(join(fresh, 'package.json'), manifest);
  for (const { path, content, hash } of hashed) {
    const target = join(fresh, 'dist', path.replace(/\.ts$/, '.js'));
    mkdirSync(dirname(target), { recursive: true });
    if (path.endsWith('.ts')) linkSync(storedOutput(hash, content.toString(), compilerOptions), target);
    else writeFileSync(target, content);
  }
  mkdirSync(dirname(compiled), { recursive: true });
  removeOldCopies(dirname(compiled));
  try {
    renameSync(fresh, compiled);
  } catch (error) {
    rmSync(fresh, { recursive: true });
    // Another process was first with the same copy.
    if (!existsSync(compiled)) throw error;
  }
  return compiled;
}

function readBuildOptions(): { readonly include: readonly string[]; readonly compilerOptions: ts.CompilerOptions } {
  const path = join(SOURCE_ROOT, 'tsconfig.build.json');
  const { include } = JSON.parse(readFileSync(path, 'utf8')) as { include: readonly string[] };
  const parsed = ts.parseJsonConfigFileContent({ extends: './tsconfig.build.json', files: [] }, ts.sys, SOURCE_ROOT);
  // Files are compiled one by one, where no package.json says that they are modules.
  const modules = { module: ts.ModuleKind.ESNext, moduleResolution: ts.ModuleResolutionKind.Bundler };
  return { include, compilerOptions: { ...parsed.options, ...modules } };
}

function filesBelow(folder: string): readonly string[] {
  return readdirSync(join(SOURCE_ROOT, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && !entry.name.endsWith('.md'))
    .map((entry) => join(entry.parentPath, entry.name).slice(SOURCE_ROOT.length))
    .filter((path) => !path.includes('/node_modules/'))
    .sort();
}

/** Returns the path of the file's JavaScript, which is made once for each content. */
function storedOutput(hash: string, content: string, compilerOptions: ts.CompilerOptions): string {
  const store = join(SOURCE_ROOT, 'temp/compiled-files');
  const path = join(store, `${hash}.js`);
  if (existsSync(path)) return path;
  mkdirSync(store, { recursive: true });
  const { outputText } = ts.transpileModule(content, { compilerOptions, fileName: 'module.ts' });
  const fresh = join(store, randomUUID());
  writeFileSync(fresh, outputText);
  renameSync(fresh, path);
  return path;
}

function removeOldCopies(folder: string): void {
  for (const name of readdirSync(folder)) {
    const path = join(folder, name);
    if (Date.now() - statSync(path).mtimeMs > KEPT_MS) rmSync(path, { recursive: true, force: true });
  }
}

function hashOf(...parts: readonly (string | Buffer)[]): string {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part).update('\0');
  return hash.digest('hex').slice(0, 32);
}
