import type { ServerAddress } from '../../client/index.ts';
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
  given: { readonly url: string | null; readonly token: string | null },
): Promise<ServerConnection> {
  const token = given.token ?? config.auth.token ?? readToken(config.data.directory);
  if (given.url !== null) return { server: { url: given.url, token }, embedded: false, close: async () => {} };
  const running = readServerFile(config.data.directory);
  if (running !== null && (await answers(running.url)))
    return { server: { url: running.url, token }, embedded: false, close: async () => {} };
  const embedded = await startServer({ ...config, http: { ...config.http, host: '127.0.0.1', port: 0 }, log: { level: 'error' } });
  return { server: { url: embedded.url, token: embedded.token }, embedded: true, close: () => embedded.stop(5000) };
}

/** The process id of a dead server may have gone to another program: only an answer proves that it runs. */
async function answers(url: string): Promise<boolean> {
  try {
    return (await fetch(new URL('/healthz', url), { signal: AbortSignal.timeout(2000) })).ok;
  } catch {
    return false;
  }
}
