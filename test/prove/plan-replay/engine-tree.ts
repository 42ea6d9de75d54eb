import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { PlatformError } from '../../../spi/index.ts';

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));

/** What the olap engine's processes need; nothing else is left in the tree. */
const KEPT = new Set(['spi', 'runtime', 'engines', 'sql/print']);
const PRODUCT = ['spi', 'sql', 'storage', 'engines', 'sql-gateway', 'runtime', 'cli', 'examples'];

/** Builds the product into a folder and takes out of it all that understands SQL text: lexer, parser, binder, gateway, command line.
 *  @throws INTERNAL_INVARIANT when the build fails */
export function buildEngineTree(folder: string): void {
  mkdirSync(folder, { recursive: true });
  const compiler = createRequire(import.meta.url).resolve('typescript/bin/tsc');
  const build = ['-p', join(ROOT, 'tsconfig.build.json'), '--outDir', folder, '--noCheck', '--declaration', 'false'];
  const { status, stdout } = spawnSync(process.execPath, [compiler, ...build], { cwd: ROOT, encoding: 'utf8' });
  if (status !== 0) throw new PlatformError('INTERNAL_INVARIANT', `the product does not build: ${stdout.slice(0, 500)}`);
  for (const path of [...PRODUCT, ...readdirSync(join(folder, 'sql')).map((name) => `sql/${name}`)]) {
    const isParent = [...KEPT].some((kept) => dirname(kept) === path);
    if (!KEPT.has(path) && !isParent) rmSync(join(folder, path), { recursive: true, force: true });
  }
  writeFileSync(join(folder, 'package.json'), '{"type":"module"}');
  symlinkSync(join(ROOT, 'node_modules'), join(folder, 'node_modules'));
}

/** Returns the folders under `sql/` that are left. */
export function remainingSqlFolders(folder: string): readonly string[] {
  return existsSync(join(folder, 'sql')) ? readdirSync(join(folder, 'sql')) : [];
}
