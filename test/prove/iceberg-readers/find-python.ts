import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { PlatformError } from '../../../spi/index.ts';

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
