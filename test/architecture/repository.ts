import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve, sep } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Root folder of the repository. */
export const ROOT = resolve(fileURLToPath(new URL('../../', import.meta.url)));

/** Folders of the product. */
export const PRODUCT = ['spi', 'sql', 'storage', 'engines', 'sql-gateway', 'runtime', 'tck', 'client', 'cli', 'examples'] as const;

/** Every folder that holds our source. */
export const SOURCE = [...PRODUCT, 'test', 'bench', 'scripts'] as const;

/** Returns the files of some folders with one of the endings, as paths from the root with forward slashes. */
export function filesOf(folders: readonly string[], ...endings: string[]): string[] {
  return folders.flatMap((folder) =>
    readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
      .map((file) => `${folder}/${file}`.split(sep).join('/'))
      .filter((file) => endings.some((ending) => file.endsWith(ending)) && !file.includes('node_modules/')),
  );
}

/** Returns the text of a file, given its path from the root. */
export function textOf(path: string): string {
  return readFileSync(join(ROOT, path), 'utf8');
}
