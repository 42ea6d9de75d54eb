import type { EngineStatus } from '../../sql-gateway/index.ts';
import { callServer, type ServerAddress } from '../../client/index.ts';

/** An engine as the server tells of it: its state is text for people, such as `canary 5%`. */
export type ListedEngine = Omit<EngineStatus, 'state'> & { readonly state: string };

interface EngineList {
  readonly engines: readonly ListedEngine[];
}

/** Returns the engines of a server. @throws the server's coded error */
export async function listEngines(server: ServerAddress): Promise<readonly ListedEngine[]> {
  return ((await (await callServer(server, '/v1/engines', { method: 'GET' })).json()) as EngineList).engines;
}

/** Installs the engine of a package; it takes statements when this returns. `settings` are those of `POST /v1/engines`.
 *  @throws the server's coded error */
export async function installEngine(server: ServerAddress, archive: Buffer, settings: Readonly<Record<string, string>>): Promise<void> {
  const headers = { 'content-type': 'application/gzip' };
  const path = `/v1/engines?${new URLSearchParams(settings).toString()}`;
  await (await callServer(server, path, { method: 'POST', headers, body: new Uint8Array(archive) })).arrayBuffer();
}

/** Changes an engine; returns all engines as they are then.
 *  @throws the server's coded error */
export async function changeEngine(
  server: ServerAddress,
  name: string,
  change: 'remove' | 'drain' | 'promote' | { readonly canary: string },
): Promise<readonly ListedEngine[]> {
  const path = `/v1/engines/${encodeURIComponent(name)}`;
  const response =
    change === 'remove'
      ? await callServer(server, path, { method: 'DELETE' })
      : await callServer(server, typeof change === 'string' ? `${path}/${change}` : `${path}/canary?percent=${change.canary}`, {
          method: 'POST',
        });
  return ((await response.json()) as EngineList).engines;
}
