import { spawnSync } from 'node:child_process';
import { copyFileSync, cpSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { assert } from '../../../spi/index.ts';

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));

/** A fault put into the built program. */
export interface BuiltFault {
  readonly id: string;
  /** File below `dist/`. */
  readonly file: string;
  /** Text that stands there exactly once. */
  readonly from: string;
  readonly to: string;
}

/** Builds this checkout into `folder`, so that its servers and their processes start fast. */
export function buildProgram(folder: string): void {
  mkdirSync(folder, { recursive: true });
  const compiler = createRequire(import.meta.url).resolve('typescript/bin/tsc');
  const words = ['-p', join(ROOT, 'tsconfig.build.json'), '--outDir', join(folder, 'dist'), '--noCheck', '--declaration', 'false'];
  const { status, stdout } = spawnSync(process.execPath, [compiler, ...words], { cwd: ROOT, encoding: 'utf8' });
  assert(status === 0, `the program builds: ${stdout.slice(0, 500)}`);
  surround(folder);
}

/** Copies a built program and puts faults into the copy. */
export function plantFaults(built: string, folder: string, faults: readonly BuiltFault[]): void {
  cpSync(join(built, 'dist'), join(folder, 'dist'), { recursive: true });
  surround(folder);
  for (const { id, file, from, to } of faults) {
    const path = join(folder, 'dist', file);
    const text = readFileSync(path, 'utf8');
    assert(text.split(from).length === 2, `the text of the fault ${id} stands exactly once in ${file}`);
    writeFileSync(
      path,
      text.replace(from, () => to),
    );
  }
}

function surround(folder: string): void {
  copyFileSync(join(ROOT, 'package.json'), join(folder, 'package.json'));
  symlinkSync(join(ROOT, 'node_modules'), join(folder, 'node_modules'));
}
