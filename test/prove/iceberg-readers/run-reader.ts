import { execFile, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { PlatformError } from '../../../spi/index.ts';

/** A table for another reader to read and compare with the frames that the platform read. */
export interface ReadJob {
  readonly name: string;
  readonly metadata: string;
  readonly frames: string;
  /** Columns over which conditions are tried. */
  readonly filterColumns: readonly string[];
  /** A Parquet file of the rows that a third reading found, compared as well. */
  readonly plain?: string;
  /** A word of the message with which PyIceberg has to refuse the table, whose rows are then compared with `plain` alone. */
  readonly refused?: string;
  /** False where Spark's vectorized reader does not read the table; it reads row by row then. */
  readonly vectorized?: boolean;
}

/** What another reader saw of one table. */
export interface ReadOutcome {
  readonly name: string;
  readonly rows: number;
  readonly columns: number;
  readonly differences: readonly string[];
  /** What our rows and the third reading of them differ in; left out where there is none. */
  readonly plainDifferences?: readonly string[];
  readonly filters?: {
    readonly tried: number;
    /** Conditions that skipped at least one file. */
    readonly pruning: number;
    readonly wrong: readonly string[];
    readonly wrongCount: number;
  };
}

/** Returns the path of the Python that has the packages of the proofs, or of those that need Spark.
 *  @throws CONFIG_INVALID when there is no Python 3, or the packages cannot be installed */
export async function findPython(packages: 'proofs' | 'spark' = 'proofs'): Promise<string> {
  const script = fileURLToPath(new URL('../../../scripts/python-env.mjs', import.meta.url));
  try {
    const { stdout } = await promisify(execFile)(process.execPath, packages === 'spark' ? [script, 'spark'] : [script]);
    return stdout.trim().split('\n').at(-1) ?? '';
  } catch (error) {
    throw new PlatformError('CONFIG_INVALID', `The proof needs Python 3 with packages: ${String((error as { stderr?: string }).stderr)}`, {
      hint: 'Install python3 and python3-venv, then run: npm run python-env',
      cause: error,
    });
  }
}

/** Lets a script read the tables of its request, one outcome each, in order.
 *  @throws CONFIG_INVALID when the script fails as a whole */
export async function runReader(
  python: string,
  script: string,
  request: { readonly tables: readonly ReadJob[] } & Readonly<Record<string, unknown>>,
): Promise<readonly ReadOutcome[]> {
  const outcomes = await runScript<ReadOutcome>(python, script, request);
  if (outcomes.length === request.tables.length) return outcomes;
  throw new PlatformError(
    'CONFIG_INVALID',
    `${script} told of ${String(outcomes.length)} in place of ${String(request.tables.length)} tables.`,
  );
}

/** Runs a script beside this file on a request, and gives the JSON of each line that it prints.
 *  @throws CONFIG_INVALID when the script fails as a whole */
export async function runScript<Outcome>(python: string, script: string, request: object): Promise<readonly Outcome[]> {
  const path = fileURLToPath(new URL(script, import.meta.url));
  const child = spawn(python, ['-W', 'ignore', path], { stdio: ['pipe', 'pipe', 'pipe'] });
  child.stdin.end(JSON.stringify(request));
  let complaints = '';
  child.stderr.on('data', (text: Buffer) => {
    complaints = (complaints + text.toString()).slice(-4000);
  });
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve));
  const outcomes: Outcome[] = [];
  for await (const line of createInterface({ input: child.stdout })) outcomes.push(JSON.parse(line) as Outcome);
  const status = await ended;
  if (status === 0) return outcomes;
  throw new PlatformError('CONFIG_INVALID', `${script} ended with status ${String(status)}: ${complaints}`);
}
