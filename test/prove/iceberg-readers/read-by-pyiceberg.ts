import { execFile, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { PlatformError } from '../../../spi/index.ts';

/** A table for PyIceberg to read and compare with the frames that the platform read. */
export interface ReadJob {
  readonly name: string;
  readonly metadata: string;
  readonly frames: string;
  /** Columns over which conditions are tried. */
  readonly filterColumns: readonly string[];
}

/** What PyIceberg saw of one table. */
export interface ReadOutcome {
  readonly name: string;
  readonly rows: number;
  readonly columns: number;
  readonly differences: readonly string[];
  readonly filters?: {
    readonly tried: number;
    /** Conditions that skipped at least one file. */
    readonly pruning: number;
    readonly wrong: readonly string[];
    readonly wrongCount: number;
  };
}

/** Returns the path of the Python that has the packages of the proofs.
 *  @throws CONFIG_INVALID when there is no Python 3, or the packages cannot be installed */
export async function findPython(): Promise<string> {
  const script = fileURLToPath(new URL('../../../scripts/python-env.mjs', import.meta.url));
  try {
    const { stdout } = await promisify(execFile)(process.execPath, [script]);
    return stdout.trim().split('\n').at(-1) ?? '';
  } catch (error) {
    throw new PlatformError(
      'CONFIG_INVALID',
      `The proof needs Python 3 with PyIceberg and PyArrow: ${String((error as { stderr?: string }).stderr)}`,
      {
        hint: 'Install python3 and python3-venv, then run: node scripts/python-env.mjs',
        cause: error,
      },
    );
  }
}

/** Lets PyIceberg read the tables, one outcome each, in order.
 *  @throws CONFIG_INVALID when Python fails as a whole */
export async function readByPyIceberg(
  python: string,
  jobs: readonly ReadJob[],
  seed: number,
  samples: number,
): Promise<readonly ReadOutcome[]> {
  const script = fileURLToPath(new URL('./read_tables.py', import.meta.url));
  const child = spawn(python, ['-W', 'ignore', script], { stdio: ['pipe', 'pipe', 'pipe'] });
  child.stdin.end(JSON.stringify({ seed, samples, tables: jobs }));
  let complaints = '';
  child.stderr.on('data', (text: Buffer) => {
    complaints = (complaints + text.toString()).slice(-4000);
  });
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve));
  const outcomes: ReadOutcome[] = [];
  for await (const line of createInterface({ input: child.stdout })) outcomes.push(JSON.parse(line) as ReadOutcome);
  const status = await ended;
  if (status === 0 && outcomes.length === jobs.length) return outcomes;
  throw new PlatformError('CONFIG_INVALID', `Python ended with status ${String(status)}: ${complaints}`);
}
