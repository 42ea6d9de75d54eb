import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { assert } from '../spi/index.ts';

const ROOT = fileURLToPath(new URL('../', import.meta.url));

/** Compiles a measuring process (its path in this checkout) and all that it imports as the product is compiled, and returns the path of the
 *  result: loading from the sources would measure what the loader adds. */
export function compileChild(folder: string, entry: string): string {
  const compilerOptions = {
    noEmit: false,
    noCheck: true,
    rootDir: ROOT,
    outDir: join(folder, 'out'),
    typeRoots: [join(ROOT, 'node_modules/@types')],
  };
  mkdirSync(compilerOptions.outDir, { recursive: true });
  const project = { extends: join(ROOT, 'tsconfig.json'), compilerOptions, files: [join(ROOT, entry)], include: [] };
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify(project));
  const compiler = createRequire(import.meta.url).resolve('typescript/bin/tsc');
  const { status, stdout } = spawnSync(process.execPath, [compiler, '-p', folder], { encoding: 'utf8' });
  assert(status === 0, `the measuring process compiles: ${stdout.slice(0, 500)}`);
  copyFileSync(join(ROOT, 'package.json'), join(compilerOptions.outDir, 'package.json'));
  symlinkSync(join(ROOT, 'node_modules'), join(compilerOptions.outDir, 'node_modules'));
  return join(compilerOptions.outDir, entry.replace(/\.ts$/, '.js'));
}
