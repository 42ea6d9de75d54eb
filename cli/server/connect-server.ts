import { readFileSync } from 'node:fs';
import { callServer, type ServerAddress } from '../../client/index.ts';
import { PlatformError } from '../../spi/index.ts';
import type { Config } from '../config/config.ts';
import { startServer } from './start-server.ts';
import { readServerFile } from './server-file.ts';
import { readToken } from './token-file.ts';

/** A server to talk to, and how to let go of it. */
export interface ServerConnection {
  readonly server: ServerAddress;
  /** True when the server runs inside this process and ends with it. */
  readonly embedded: boolean;
  close(): Promise<void>;
}

/** Returns the server to use: the one named by `url`, else the one that serves the data directory, else one started inside this process. */
export async function connectServer(
  config: Config,
  given: { readonly url: string | null; readonly token: string | null; readonly caFile: string | null },
): Promise<ServerConnection> {
  const token = given.token ?? config.auth.token ?? readToken(config.data.directory);
  if (given.url !== null) {
    const trust = given.caFile === null ? {} : { trust: { ca: readCaFile(given.caFile) } };
    return { server: { url: given.url, token, ...trust }, embedded: false, close: async () => {} };
  }
  const running = readServerFile(config.data.directory);
  if (running !== null) {
    // What the server left in its own directory says better who it is than the names in its certificate, which need not hold its address.
    const trust = typeof running.certificate === 'string' ? { trust: { certificate: running.certificate } } : {};
    const server = { url: running.url, token, ...trust };
    if (await answers(server)) return { server, embedded: false, close: async () => {} };
  }
  const embedded = await startServer(embeddedConfig(config));
  return { server: { url: embedded.url, token: embedded.token }, embedded: true, close: () => embedded.stop(5000) };
}

/** The process id of a dead server may have gone to another program: only an answer proves that it runs. */
async function answers(server: ServerAddress): Promise<boolean> {
  try {
    await (await callServer(server, '/healthz', { method: 'GET', signal: AbortSignal.timeout(2000) })).arrayBuffer();
    return true;
  } catch {
    return false;
  }
}

function readCaFile(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    const { code = '' } = error as NodeJS.ErrnoException;
    throw new PlatformError('CONFIG_INVALID', `the file of trusted certificates ${file} cannot be read (${code})`, { cause: error });
  }
}

/** Returns the configuration of a server inside a command: nobody else asks it. */
export function embeddedConfig(config: Config): Config {
  const tls = { certificateFile: null, keyFile: null };
  return { ...config, http: { ...config.http, host: '127.0.0.1', port: 0, tls }, log: { level: 'error' } };
}
