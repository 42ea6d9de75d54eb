import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { assert } from '../../spi/index.ts';

const ROOT = resolve(dirname(fileURLToPath(import.meta.url)), '../..');

/** One seeded fault: a piece of source that is replaced. */
export interface Mutation {
  /** Folder of the product that is copied whole, such as `runtime/process`. */
  readonly folder: string;
  /** File inside that folder. */
  readonly file: string;
  /** Text that occurs there exactly once, so that a change of the source is noticed. */
  readonly from: string;
  readonly to: string;
}

/** Imports a module from a copy of its folder in which one fault was seeded; modules outside of the folder are the real ones.
 *  Guarantees: the copy lies inside the repository, so packages resolve, and is removed once it is loaded. */
export async function importMutant<Module>(entry: string, mutation: Mutation): Promise<Module> {
  const parent = join(ROOT, 'temp', 'mutants');
  mkdirSync(parent, { recursive: true });
  const copy = mkdtempSync(join(parent, 'mutant-'));
  try {
    cpSync(join(ROOT, mutation.folder), copy, { recursive: true });
    seed(join(copy, mutation.file), mutation);
    for (const file of readdirSync(copy, { recursive: true, encoding: 'utf8' })) {
      if (file.endsWith('.ts')) anchorImports(join(copy, file), copy, mutation.folder);
    }
    return (await import(/* @vite-ignore */ pathToFileURL(join(copy, entry)).href)) as Module;
  } finally {
    rmSync(copy, { recursive: true, force: true });
  }
}

function seed(path: string, { from, to, file }: Mutation): void {
  const source = readFileSync(path, 'utf8');
  assert(source.split(from).length === 2, `${file} contains exactly once: ${from}`);
  writeFileSync(
    path,
    source.replace(from, () => to),
  );
}

/** Imports that leave the copied folder are pointed at the real modules. */
function anchorImports(path: string, copy: string, folder: string): void {
  const realFolder = join(ROOT, folder);
  const realFile = join(realFolder, relative(copy, path));
  const source = readFileSync(path, 'utf8').replace(/(from|import\()\s*'(\.[^']*)'/g, (whole, keyword: string, specifier: string) => {
    const target = resolve(dirname(realFile), specifier);
    if (!relative(realFolder, target).startsWith('..')) return whole;
    return `${keyword === 'from' ? 'from ' : keyword}'${target}'`;
  });
  writeFileSync(path, source);
}
