import type { EngineHostKind, PluginManifest } from '../../sql-gateway/index.ts';

/** How an engine is to be installed. */
export interface InstallChoice {
  readonly host: EngineHostKind;
  readonly memoryMb: number | null;
  readonly network: boolean;
  /** Units: percent. */
  readonly canary: number | null;
}

/** Units: MiB, when the call says nothing. */
const MEMORY_MB = 1024;

/** Returns what whoever installs an engine has to know before: what it is, what it declares, and what it may touch. */
export function describePackage(manifest: PluginManifest, choice: InstallChoice): readonly string[] {
  const { name, version, engine, spi, statements, dependencies, dependenciesFrom, scripts } = manifest;
  const { host, canary } = choice;
  const facts: readonly (readonly [string, string])[] = [
    ['package', `${name} ${version}`],
    ['engine', canary === null ? engine : `${engine}, as a canary for ${String(canary)}% of its statements`],
    ['SPI', spi],
    ['declares', statements.join(', ')],
    [
      'runs in',
      host === 'in-process' ? "the server's own thread" : host === 'worker' ? 'a worker thread of the server' : 'a process of its own',
    ],
    ['files', "all that the server's user may read and write"],
    ['network', networkOf(choice)],
    ['memory', memoryOf(choice)],
    [
      'needs',
      dependencies.length === 0
        ? 'no other packages'
        : `${dependencies.join(', ')} (${dependenciesFrom === 'lock' ? 'by npm, from its lock' : 'bundled'})`,
    ],
  ];
  const notRun = scripts.length === 0 ? [] : [`Its installation scripts (${scripts.join(', ')}) are not run.`];
  return [...facts.map(([what, text]) => `${what.padEnd(9)} ${text}`), ...notRun];
}

function networkOf({ host, network }: InstallChoice): string {
  if (host !== 'process') return "the server's";
  return network ? "the server's" : 'none, where the kernel can take it away';
}

function memoryOf({ host, memoryMb }: InstallChoice): string {
  if (host === 'in-process') return "the server's";
  return `${String(memoryMb ?? MEMORY_MB)} MiB ${host === 'worker' ? 'of JavaScript objects' : 'of data'}`;
}
