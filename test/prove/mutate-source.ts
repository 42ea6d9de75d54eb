import { cpSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { assert } from '../../spi/index.ts';

/** A guard taken out of the program's source. */
export interface SourceMutant {
  readonly id: string;
  readonly file: string;
  /** Stands exactly once in the file. */
  readonly from: string;
  readonly to: string;
}

const SOURCE_FOLDERS = ['spi', 'sql', 'storage', 'engines', 'runtime', 'sql-gateway', 'cli', 'client', 'package.json', 'tsconfig.json'];

/** Copies the program and takes guards out of the copy. */
export function mutateSource(mutants: readonly SourceMutant[], folder: string): string {
  const root = fileURLToPath(new URL('../../', import.meta.url));
  mkdirSync(folder);
  for (const name of SOURCE_FOLDERS) cpSync(join(root, name), join(folder, name), { recursive: true });
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'));
  for (const { id, file, from, to } of mutants) {
    const path = join(folder, file);
    const source = readFileSync(path, 'utf8');
    assert(source.split(from).length === 2, `the text of the mutant ${id} does not stand exactly once in ${file}`);
    writeFileSync(
      path,
      source.replace(from, () => to),
    );
  }
  return folder;
}
