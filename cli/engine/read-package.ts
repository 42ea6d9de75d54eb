import { lstatSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { PlatformError } from '../../spi/index.ts';
import { type PackageFile, readArchive } from '../../sql-gateway/index.ts';

/** Folders that are no part of a package. */
const LEFT_OUT = new Set(['.git', 'node_modules']);

/** Reads a package from its folder, or from the .tgz that `npm pack` makes of it. Of `node_modules` a folder's package has what `bundleDependencies` names.
 *  @throws REQUEST_INVALID for something else, or a link */
export async function readPackage(path: string): Promise<readonly PackageFile[]> {
  const found = statSync(path, { throwIfNoEntry: false });
  if (found === undefined) throw new PlatformError('REQUEST_INVALID', `There is no package ${path}.`, { hint: 'Name a folder or a .tgz.' });
  if (!found.isDirectory()) return readArchive(readFileSync(path));
  const own = filesBelow(path, '').filter(({ path: name }) => name !== '');
  return [...own, ...bundledIn(path).flatMap((name) => filesBelow(path, `node_modules/${name}/`))];
}

function filesBelow(root: string, folder: string): readonly PackageFile[] {
  return readdirSync(join(root, folder)).flatMap((name): readonly PackageFile[] => {
    const path = folder + name;
    const entry = lstatSync(join(root, path));
    if (entry.isDirectory()) return folder === '' && LEFT_OUT.has(name) ? [] : filesBelow(root, `${path}/`);
    if (entry.isFile()) return [{ path, bytes: readFileSync(join(root, path)) }];
    throw new PlatformError('REQUEST_INVALID', `${join(root, path)} is a link or a special file, which a package cannot have.`);
  });
}

function bundledIn(root: string): readonly string[] {
  const path = join(root, 'package.json');
  if (statSync(path, { throwIfNoEntry: false }) === undefined) return [];
  const { bundleDependencies, bundledDependencies, dependencies } = JSON.parse(readFileSync(path, 'utf8')) as Readonly<
    Record<string, unknown>
  >;
  const named = bundleDependencies ?? bundledDependencies;
  if (named === true) return Object.keys(dependencies ?? {});
  return Array.isArray(named) ? named.map(String) : [];
}
