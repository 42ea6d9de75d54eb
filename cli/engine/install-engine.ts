import { resolve } from 'node:path';
import { createInterface } from 'node:readline/promises';
import { PlatformError } from '../../spi/index.ts';
import { packFiles, readHostKind, readManifest } from '../../sql-gateway/index.ts';
import { installEngine } from '../client/engine-client.ts';
import { type CommandArguments, type CommandIo, EXIT, textOption } from '../command/command.ts';
import type { ServerAddress } from '../../client/index.ts';
import { describePackage, type InstallChoice } from './describe-package.ts';
import { readPackage } from './read-package.ts';

/** Shows what a package holds and may touch, asks, and has the server install it. Returns the exit code.
 *  @throws REQUEST_INVALID, SPI_VERSION for the package; the server's coded error */
export async function runInstall(path: string, call: CommandArguments, io: CommandIo, server: ServerAddress): Promise<number> {
  const choice = readChoice(call);
  const files = await readPackage(resolve(io.workingDirectory, path));
  const manifest = readManifest(files);
  io.stdout.write(`${describePackage(manifest, choice).join('\n')}\n`);
  if (call.options['yes'] !== true && !(await confirms(`Install ${manifest.engine} ${manifest.version}? [y/N] `, io))) {
    io.stderr.write('Nothing was installed.\n');
    return EXIT.failed;
  }
  const { host, memoryMb, network, canary } = choice;
  await installEngine(server, packFiles(files), {
    host,
    network: String(network),
    check: String(call.options['check'] === true),
    ...(memoryMb === null ? {} : { memoryMb: String(memoryMb) }),
    ...(canary === null ? {} : { canary: String(canary) }),
    config: textOption(call, 'engine-config') ?? '{}',
  });
  const share = canary === null ? 'serves' : `is a canary for ${String(canary)}%`;
  io.stdout.write(`The engine ${manifest.engine} ${manifest.version} ${share}.\n`);
  return EXIT.done;
}

/** Reads a share as `5%` or `5`. Units: percent.
 *  @throws CONFIG_INVALID */
export function readPercent(text: string): number {
  const percent = /^\d{1,3}(\.\d{1,6})?%?$/.test(text) ? Number(text.replace('%', '')) : Infinity;
  if (percent <= 100) return percent;
  throw new PlatformError('CONFIG_INVALID', `'${text}' is not a share from 0% to 100%.`);
}

function readChoice(call: CommandArguments): InstallChoice {
  const canary = textOption(call, 'canary');
  const memoryMb = textOption(call, 'memory-mb');
  if (memoryMb !== null && !/^\d{1,9}$/.test(memoryMb))
    throw new PlatformError('CONFIG_INVALID', '--memory-mb takes a whole number of MiB.');
  return {
    // An engine that is brought into a running server stays outside of its thread unless somebody says otherwise.
    host: readHostKind(textOption(call, 'host') ?? 'process', '--host'),
    memoryMb: memoryMb === null ? null : Number(memoryMb),
    network: call.options['network'] === true,
    canary: canary === null ? null : readPercent(canary),
  };
}

async function confirms(question: string, io: CommandIo): Promise<boolean> {
  if (!io.stdin.isTTY) {
    throw new PlatformError('CONFIG_INVALID', 'Nobody can be asked here whether the engine is to be installed.', { hint: 'Add --yes.' });
  }
  const asking = createInterface({ input: io.stdin, output: io.stdout });
  try {
    return /^y(es)?$/i.test((await asking.question(question)).trim());
  } finally {
    asking.close();
  }
}
