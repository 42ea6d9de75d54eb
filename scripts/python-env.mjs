/** Makes a folder with the Python packages of a file of requirements, unless it is there already; prints the path of its Python.
 *  Without an argument: `.venv` from `test/prove/requirements.txt`; with the argument `spark`: `.venv-spark` from `requirements-spark.txt`. */
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const suffix = process.argv[2] === undefined ? '' : `-${process.argv[2]}`;
const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const requirements = join(root, 'test', 'prove', `requirements${suffix}.txt`);
const folder = join(root, `.venv${suffix}`);
const python = join(folder, 'bin', 'python');
const stamp = join(folder, 'installed-requirements.txt');

process.exitCode = isInstalled() ? 0 : install();
if (process.exitCode === 0) console.log(python);

function isInstalled() {
  return existsSync(python) && existsSync(stamp) && readFileSync(stamp, 'utf8') === readFileSync(requirements, 'utf8');
}

function install() {
  rmSync(folder, { recursive: true, force: true });
  const made = run('python3', ['-m', 'venv', folder]);
  if (made !== 0) {
    console.error('Python 3 with its venv module is needed (Debian: apt-get install python3-venv); this proof cannot run without it.');
    return 1;
  }
  if (run(python, ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', '-r', requirements]) !== 0) {
    console.error(`The packages of ${requirements} could not be installed; this proof cannot run without them.`);
    return 1;
  }
  writeFileSync(stamp, readFileSync(requirements));
  return 0;
}

function run(program, args) {
  const { status, error } = spawnSync(program, args, { stdio: ['ignore', 'inherit', 'inherit'] });
  return error === undefined ? status : 1;
}
