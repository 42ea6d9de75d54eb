import { cpSync, existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { PlatformError } from '../../spi/index.ts';
import { linkGivenPackages } from '../../sql-gateway/index.ts';
import { type CommandIo, EXIT } from '../command/command.ts';

/** The engine that a new one begins as; it is part of the package, so that nothing has to be fetched. */
const TEMPLATE = fileURLToPath(new URL('../../examples/engine-template/', import.meta.url));

/** Makes a folder with a small engine that works, its package.json and a test that runs the technology compatibility kit. Returns the exit code.
 *  @throws REQUEST_INVALID for a folder that is there already */
export async function runNew(path: string, io: CommandIo): Promise<number> {
  const folder = resolve(io.workingDirectory, path);
  if (existsSync(folder) && readdirSync(folder).length > 0) {
    throw new PlatformError('REQUEST_INVALID', `The folder ${folder} is not empty.`, { hint: 'Name a new one.' });
  }
  cpSync(TEMPLATE, folder, { recursive: true });
  nameEngine(folder);
  await linkGivenPackages(join(folder, 'node_modules'));
  io.stdout.write(`An engine is in ${path}. Next:\n  npx engine-tck ${path} --level 1\n  npx trivium engine install ${path}\n`);
  return EXIT.done;
}

/** The engine is called like its folder, as far as a hint can name it. */
function nameEngine(folder: string): void {
  const given = basename(folder)
    .toLowerCase()
    .replaceAll(/[^a-z0-9_]+/g, '_')
    .replace(/^[^a-z]+/, '');
  const name = given === '' ? 'mine' : given.slice(0, 63);
  const replace = (file: string, before: string, after: string): void => {
    const target = join(folder, file);
    writeFileSync(target, readFileSync(target, 'utf8').replace(before, after));
  };
  replace('index.js', "name: 'mine'", `name: '${name}'`);
  replace('package.json', '"engine": "mine"', `"engine": "${name}"`);
  replace('package.json', '"name": "my-engine"', `"name": "${name}"`);
}
