import { mkdir, rm } from 'node:fs/promises';
import { type EngineHost, type EnginePlugin, type Logger, PlatformError } from '../../../spi/index.ts';
import {
  type ChildHandle,
  networkIsolation,
  type PeerLimits,
  runnableModule,
  spawnChild,
  spawnWorker,
  type WorkerHandle,
} from '../../../runtime/process/index.ts';
import type { EngineHostKind } from '../host-kind.ts';
import { checkPlugin } from '../load-plugin.ts';
import type { EngineConfig } from '../validate-config.ts';
import { EngineLink } from './engine-link.ts';
import { ENGINE_METHODS, type PluginDescription, type StartAnswer } from './host-message.ts';
import { hostService, type HostedRuns } from './host-service.ts';
import { HostedEngine } from './hosted-engine.ts';
import { Incarnation } from './incarnation.ts';

/** What holds an engine outside of the server's own thread. */
export interface HostSettings {
  readonly kind: Exclude<EngineHostKind, 'in-process'>;
  /** Units: MiB; of data in a process, of JavaScript objects in a thread. */
  readonly memoryMb: number;
  /** True lets a process reach the network. */
  readonly network: boolean;
}

/** Beyond this a plugin floods its connection, and is cut off. A statement takes four messages, and frames have credit of their own. */
const PEER_LIMITS: PeerLimits = { messagesPerSecond: 100_000, bytesPerSecond: 64 * 2 ** 20, openCalls: 1024 };

/** Units: milliseconds until a process or thread is there, and until the engine in it was created. */
const READY_MS = 30_000;
const START_MS = 60_000;

/** Lines kept of what a process wrote, to tell why it ended. */
const LINES_KEPT = 20;

const MIB = 2 ** 20;

/** A plugin whose module was loaded outside of the server. */
export interface HostedPlugin {
  readonly plugin: EnginePlugin;
  /** Ends what was started when the plugin's engine is not created. */
  readonly discard: () => void;
}

interface Launched {
  readonly handle: WorkerHandle;
  readonly processId: number | null;
  readonly lines: readonly string[];
  readonly description: PluginDescription;
}

/** Loads a plugin's module in a process or thread of its own, and returns a plugin whose engine works there.
 *  Guarantees: nothing of the module is loaded into the server's own thread.
 *  @throws SPI_INVALID_PLUGIN, SPI_VERSION, ENGINE_UNAVAILABLE when the process cannot be started */
export async function hostPlugin(module: string, settings: HostSettings, log: Logger): Promise<HostedPlugin> {
  const first = await launch(module, settings, log);
  let unused: Launched | null = first;
  const { description } = first;
  const create = async (config: EngineConfig, host: EngineHost): Promise<HostedEngine> => {
    const start = async (): Promise<Incarnation> => {
      const launched = unused ?? (await launch(module, settings, log));
      unused = null;
      return begin(launched, config, host, settings);
    };
    const link = new EngineLink(description.name, await start(), start, host.log);
    return new HostedEngine(link, isolationOf(settings));
  };
  const discard = (): void => {
    unused?.handle.kill();
    unused = null;
  };
  try {
    return { plugin: checkPlugin({ ...description, create }, module), discard };
  } catch (error) {
    discard();
    throw error;
  }
}

async function launch(module: string, settings: HostSettings, log: Logger): Promise<Launched> {
  const lines: string[] = [];
  const onLog = (line: string): void => {
    lines.push(line);
    if (lines.length > LINES_KEPT) lines.shift();
    log.warn({ engine: module, host: settings.kind }, line);
  };
  const { module: runnable, isTypeScript } = runnableModule(module);
  const shared = {
    loadsTypeScript: isTypeScript,
    readyTimeoutMs: READY_MS,
    lostCode: 'ENGINE_LOST',
    peerLimits: PEER_LIMITS,
    onLog,
  } as const;
  const handle =
    settings.kind === 'process'
      ? await spawnChild({
          ...shared,
          entry: new URL('./engine-child.ts', import.meta.url),
          name: 'trivium-engine',
          memoryBytesMax: settings.memoryMb * MIB,
          memorySoft: true,
          isolatesNetwork: !settings.network,
        })
      : await spawnWorker({
          ...shared,
          entry: new URL('./engine-worker-child.ts', import.meta.url),
          name: 'trivium-engine',
          heapMbMax: settings.memoryMb,
        });
  try {
    const signal = timeout(`the module ${module} was not loaded`, START_MS);
    const description = (await handle.channel.call(ENGINE_METHODS.load, { module: runnable }, { signal })) as unknown as PluginDescription;
    return { handle, processId: isProcess(handle) ? handle.pid : null, lines, description };
  } catch (error) {
    handle.kill();
    throw error;
  }
}

async function begin(launched: Launched, config: EngineConfig, host: EngineHost, settings: HostSettings): Promise<Incarnation> {
  const { handle, processId, lines, description } = launched;
  const hosted: HostedRuns = { staging: new Map(), progress: new Map() };
  const { spoolDirectory, dataDirectory } = host;
  try {
    await rm(spoolDirectory, { recursive: true, force: true });
    await mkdir(spoolDirectory, { recursive: true });
    handle.channel.serve(hostService(description.name, host, hosted));
    const signal = timeout(`the engine ${description.name} was not created`, START_MS);
    const message = { config, spoolDirectory, dataDirectory };
    const { capabilities } = (await handle.channel.call(ENGINE_METHODS.start, message, { signal })) as unknown as StartAnswer;
    return new Incarnation({ handle, processId, capabilities, hosted, lines, memoryBytesMax: settings.memoryMb * MIB });
  } catch (error) {
    handle.kill();
    throw error;
  }
}

function isProcess(handle: WorkerHandle): handle is ChildHandle {
  return 'pid' in handle;
}

function timeout(what: string, ms: number): AbortSignal {
  const controller = new AbortController();
  setTimeout(() => {
    controller.abort(new PlatformError('ENGINE_UNAVAILABLE', `${what} within ${String(ms)} ms`));
  }, ms).unref();
  return controller.signal;
}

/** What of a process or thread is kept apart from the server, as health tells it. */
function isolationOf({ kind, memoryMb, network }: HostSettings): Readonly<Record<string, string | number | boolean>> {
  if (kind === 'worker') return { host: kind, heapMbMax: memoryMb };
  return { host: kind, memoryMb, networkIsolated: !network && networkIsolation() !== null, environmentCleared: true };
}
