import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { PlatformError } from '../../spi/index.ts';

/** Units: milliseconds for the first level of the kit. */
const CHECK_MS = 120_000;

/** Lines of findings that are told. */
const LINES_MAX = 12;

/** Runs the first level of the engine technology compatibility kit over a module, in a process of its own.
 *  @throws SPI_INVALID_PLUGIN with what does not hold */
export async function checkEngine(module: string, config: Readonly<Record<string, unknown>>): Promise<void> {
  const isSource = import.meta.url.endsWith('.ts');
  const kit = fileURLToPath(new URL(`../../tck/main.${isSource ? 'ts' : 'js'}`, import.meta.url));
  const words = [...(isSource ? ['--import', 'tsx'] : []), kit, module, '--level', '1', '--quick', '--config', JSON.stringify(config)];
  const { PATH, HOME, TMPDIR } = process.env;
  const child = spawn(process.execPath, words, { stdio: ['ignore', 'pipe', 'pipe'], timeout: CHECK_MS, env: { PATH, HOME, TMPDIR } });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (output += chunk.toString()));
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  if (code === 0) return;
  const lines = output.split('\n').filter((line) => line.trim() !== '');
  throw new PlatformError('SPI_INVALID_PLUGIN', `The engine does not keep what it declares:\n${lines.slice(-LINES_MAX).join('\n')}`, {
    hint: `engine-tck ${module} --level 1 tells more.`,
  });
}
