import { once } from 'node:events';
import { startServer } from '../server/start-server.ts';
import { removeServerFile, writeServerFile } from '../server/server-file.ts';
import { tokenPath } from '../server/token-file.ts';
import type { Config } from '../config/config.ts';
import { renderError } from '../format/print-error.ts';
import { type Command, CONFIG_OPTIONS, EXIT, type CommandIo } from './command.ts';
import { readConfig } from './read-config.ts';

/** Time that running statements get to end after a signal to stop. */
const DRAIN_TIMEOUT_MS = 30_000;

/** `trivium serve` */
export const serveCommand: Command = {
  name: 'serve',
  summary: 'Serve SQL over HTTP until stopped',
  usage: '[options]',
  options: {
    ...CONFIG_OPTIONS,
    host: { type: 'string', value: 'address', help: 'address to listen on (default: 127.0.0.1)' },
    port: { type: 'string', value: 'number', help: 'port to listen on (default: 8080; 0 takes a free one)' },
  },
  examples: ['trivium serve', 'trivium serve --data /var/lib/trivium --port 9000'],
  run: async (call, io) => {
    await serveUntilStopped(readConfig(call, io).config, io);
    return EXIT.done;
  },
};

/** Serves until SIGTERM or SIGINT, then lets running statements end; a second signal ends the process at once. */
export async function serveUntilStopped(config: Config, io: CommandIo): Promise<void> {
  const server = await startServer(config, { resumeJobs: true });
  const leaveWord = (certificate: string | null): void => {
    writeServerFile(config.data.directory, { url: server.url, pid: process.pid, certificate });
  };
  leaveWord(server.certificate);
  const renew = (): void => {
    try {
      leaveWord(server.renewTls());
      io.stdout.write('The certificate was read again.\n');
    } catch (error) {
      io.stderr.write(`The certificate stays as it was:\n${renderError(error).join('\n')}\n`);
    }
  };
  if (server.certificate !== null) process.on('SIGHUP', renew);
  io.stdout.write(`Trivium listens at ${server.url}\n`);
  if (config.auth.mode === 'token') {
    const source = config.auth.token === null ? `in ${tokenPath(config.data.directory)}` : 'the configured one';
    io.stdout.write(`API token: ${source}\n`);
  }
  await stopSignal();
  io.stdout.write('Stopping: running statements may end; signal again to stop at once.\n');
  const force = (): void => {
    process.exit(EXIT.interrupted);
  };
  process.once('SIGINT', force);
  process.once('SIGTERM', force);
  try {
    await server.stop(DRAIN_TIMEOUT_MS);
  } finally {
    process.off('SIGHUP', renew);
    removeServerFile(config.data.directory, process.pid);
    process.off('SIGINT', force);
    process.off('SIGTERM', force);
  }
}

async function stopSignal(): Promise<void> {
  const ended = new AbortController();
  await Promise.race([once(process, 'SIGINT', { signal: ended.signal }), once(process, 'SIGTERM', { signal: ended.signal })]);
  ended.abort();
}
