import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { PlatformError } from '../../../spi/index.ts';
import type { Benchmark } from './corpus.ts';

const GENERATOR = fileURLToPath(new URL('../generate-tpc.py', import.meta.url));
const ENVIRONMENT = fileURLToPath(new URL('../../../scripts/python-env.mjs', import.meta.url));

/** Returns the folder with one Parquet file a table; generates it when it is not in the cache.
 *  Guarantees: a folder in the cache is complete; the same rows on every machine.
 *  @throws ENGINE_UNAVAILABLE when there is no Python to generate with. */
export function tpcData(benchmark: Benchmark, scaleFactor: number, log: (line: string) => void): string {
  const cache = join(process.env['XDG_CACHE_HOME'] ?? cacheHome(), 'trivium-proofs');
  const folder = join(cache, `${benchmark}-${scaleFactor}`);
  if (existsSync(folder)) return folder;
  log(`generating ${benchmark} at scale factor ${scaleFactor}`);
  mkdirSync(cache, { recursive: true });
  const fresh = mkdtempSync(`${folder}-`);
  try {
    const { status } = spawnSync(python(), [GENERATOR, benchmark, String(scaleFactor), fresh], { stdio: ['ignore', 'inherit', 'inherit'] });
    if (status !== 0) throw new PlatformError('ENGINE_UNAVAILABLE', `The generator of ${benchmark} failed; see its output above.`);
    renameSync(fresh, folder);
  } finally {
    rmSync(fresh, { recursive: true, force: true });
  }
  return folder;
}

function cacheHome(): string {
  const home = join(homedir(), '.cache');
  return existsSync(home) ? home : tmpdir();
}

function python(): string {
  const { status, stdout } = spawnSync(process.execPath, [ENVIRONMENT], { stdio: ['ignore', 'pipe', 'inherit'], encoding: 'utf8' });
  const path = stdout.trim().split('\n').at(-1);
  if (status !== 0 || path === undefined) {
    throw new PlatformError(
      'ENGINE_UNAVAILABLE',
      'TPC tables are generated with Python 3 and the packages of test/prove/requirements.txt; one of them is missing.',
    );
  }
  return path;
}
