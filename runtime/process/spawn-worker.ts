import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';
import { MessageChannel, Worker } from 'node:worker_threads';
import { type ErrorCode, PlatformError } from '../../spi/index.ts';
import { runnablePath } from './child-command.ts';
import { createChannel } from './create-channel.ts';
import { forwardLines } from './forward-lines.ts';
import type { PeerLimits } from './peer-budget.ts';
import { createPortDuplex } from './port-duplex.ts';
import { untilReady } from './serve-ready.ts';
import { type ChildHandle, childEnvironment } from './spawn-child.ts';

/** How a worker thread is started. */
export interface WorkerOptions {
  /** Module that calls `runWorker`. */
  readonly entry: URL;
  readonly name: string;
  /** True when the worker is to load modules written in TypeScript. */
  readonly loadsTypeScript?: boolean | undefined;
  /** Units: MiB of JavaScript objects. Memory outside of V8's heap, such as buffers, is not counted. */
  readonly heapMbMax: number;
  /** Units: milliseconds until the worker must have said that it is ready. */
  readonly readyTimeoutMs: number;
  readonly lostCode: ErrorCode;
  readonly peerLimits?: PeerLimits | undefined;
  onLog(line: string): void;
}

/** A running worker thread; as a child process, but for the id. */
export type WorkerHandle = Omit<ChildHandle, 'pid'>;

/** Starts a worker thread; resolves when it said that it is ready.
 *  @throws the error of its setup; the lost code when it ends or stays silent before */
export async function spawnWorker(options: WorkerOptions): Promise<WorkerHandle> {
  const { port1: near, port2: far } = new MessageChannel();
  const worker = new Worker(programOf(options), {
    name: options.name,
    workerData: { port: far },
    transferList: [far],
    env: childEnvironment({}),
    execArgv: [],
    resourceLimits: { maxOldGenerationSizeMb: options.heapMbMax },
    stdin: false,
    stdout: true,
    stderr: true,
  });
  for (const output of [worker.stdout, worker.stderr]) {
    forwardLines(output, (line) => {
      options.onLog(line);
    });
  }
  const handle = handleOf(worker, near, options);
  try {
    const late = (): PlatformError =>
      new PlatformError(options.lostCode, `The worker thread ${options.name} was not ready within ${options.readyTimeoutMs} ms.`);
    await untilReady(handle.channel, late, options.readyTimeoutMs);
  } catch (error) {
    handle.kill();
    throw error;
  }
  return handle;
}

/** A thread does not load TypeScript by arguments: what it runs first is a line that lets it, and then loads the module. */
function programOf({ entry, loadsTypeScript = false }: WorkerOptions): URL {
  const module = pathToFileURL(runnablePath(entry));
  if (!module.href.endsWith('.ts') && !loadsTypeScript) return module;
  const loader = pathToFileURL(
    createRequire(import.meta.url)
      .resolve('tsx/esm/api')
      .replace(/\.cjs$/, '.mjs'),
  );
  const lines = `import { register } from ${JSON.stringify(loader.href)}; register(); await import(${JSON.stringify(module.href)});`;
  return new URL(`data:text/javascript,${encodeURIComponent(lines)}`);
}

function handleOf(worker: Worker, port: MessageChannel['port1'], options: WorkerOptions): WorkerHandle {
  const channel = createChannel(createPortDuplex(port), { lostCode: options.lostCode, peerLimits: options.peerLimits });
  worker.on('error', (error) => {
    options.onLog(error.stack ?? String(error));
  });
  const exited = new Promise<{ code: number | null; signal: string | null }>((resolve) => {
    worker.once('exit', (code) => {
      channel.close();
      resolve({ code, signal: null });
    });
  });
  const kill = (): void => {
    void worker.terminate();
  };
  return {
    channel,
    exited,
    kill,
    async stop(graceMs) {
      channel.close();
      const timer = setTimeout(kill, graceMs);
      await exited;
      clearTimeout(timer);
    },
  };
}
