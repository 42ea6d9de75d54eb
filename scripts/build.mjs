/** Builds `dist/` from the product's folders: compiles, copies what is not TypeScript, makes the command executable.
 *  Guarantees: `dist/` is replaced at once when all went well, and left as it was otherwise. */
import { spawnSync } from 'node:child_process';
import { chmodSync, cpSync, existsSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const target = join(root, 'dist');
const fresh = join(root, 'temp', `dist-${process.pid}`);
const compiler = typescriptCompiler();

process.exitCode = compiler === null ? withoutCompiler() : build(compiler);

function build(compiler) {
  const config = join(root, 'tsconfig.build.json');
  try {
    const { status } = spawnSync(process.execPath, [compiler, '-p', config, '--outDir', fresh], { cwd: root, stdio: 'inherit' });
    if (status !== 0) return status ?? 1;
    for (const folder of JSON.parse(readFileSync(config, 'utf8')).include) copyAssets(folder);
    for (const program of Object.values(JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')).bin)) {
      chmodSync(join(fresh, program.replace(/^dist\//, '')), 0o755);
    }
    rmSync(target, { recursive: true, force: true });
    renameSync(fresh, target);
    return 0;
  } finally {
    rmSync(fresh, { recursive: true, force: true });
  }
}

function withoutCompiler() {
  const built = existsSync(target);
  console.error(`TypeScript is not installed: ${built ? 'dist/ is left as it is.' : 'run npm ci without --omit=dev to build dist/.'}`);
  return built ? 0 : 1;
}

function typescriptCompiler() {
  try {
    return createRequire(import.meta.url).resolve('typescript/bin/tsc');
  } catch {
    // Not installed: the caller says what that means.
    return null;
  }
}

function copyAssets(folder) {
  for (const file of readdirSync(join(root, folder), { recursive: true, withFileTypes: true })) {
    const path = join(file.parentPath, file.name);
    if (file.isFile() && !/\.(ts|md)$/.test(file.name) && !path.includes('/node_modules/'))
      cpSync(path, join(fresh, path.slice(root.length + 1)));
  }
}
