import { cpSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { compileSources } from './compile-sources.ts';

/** What makes one version of the package another than the example. */
export interface HelloVersion {
  readonly version: string;
  /** What becomes of the module's texts. */
  readonly change?: (text: string) => string;
  /** Keys of package.json beside, or in the place of, those of the example. */
  readonly manifest?: Readonly<Record<string, unknown>>;
}

/** Makes the example engine a package of its own, as an author would have it: it imports the contract as `trivium/spi`. */
export function makeHelloPackage(folder: string, { version, change = (text) => text, manifest = {} }: HelloVersion): string {
  const source = join(compileSources(), 'dist/examples/hello-engine');
  mkdirSync(folder, { recursive: true });
  cpSync(source, folder, { recursive: true });
  for (const name of readdirSync(folder).filter((file) => file.endsWith('.js'))) {
    const text = readFileSync(join(folder, name), 'utf8').replaceAll('../../spi/index.js', 'trivium/spi');
    writeFileSync(join(folder, name), change(text).replaceAll("version: '0.1.0'", `version: '${version}'`));
  }
  const example = JSON.parse(readFileSync(join(source, 'package.json'), 'utf8')) as object;
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ ...example, version, ...manifest }));
  return folder;
}
