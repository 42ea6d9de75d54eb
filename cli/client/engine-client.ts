import { PlatformError } from '../../spi/index.ts';
import type { EngineStatus, TraceEvent } from '../../sql-gateway/index.ts';
import { callServer, type ServerAddress } from '../../client/index.ts';

/** An engine as the server tells of it: its state is text for people, such as `canary 5%`. */
export type ListedEngine = Omit<EngineStatus, 'state'> & { readonly state: string };

/** A message of a trace, or how many were left out because they were read too slowly. */
export type TraceLine = TraceEvent | { readonly dropped: number };

interface EngineList {
  readonly engines: readonly ListedEngine[];
}

/** Returns the engines of a server. @throws the server's coded error */
export async function listEngines(server: ServerAddress): Promise<readonly ListedEngine[]> {
  return ((await (await callServer(server, '/v1/engines', { method: 'GET' })).json()) as EngineList).engines;
}

/** Follows what is said between the host and an engine: yields null when the server has begun to listen, and then each message, until the
 *  signal is aborted or the server stops.
 *  @throws the server's coded error */
export async function* followEngine(
  server: ServerAddress,
  name: string,
  { values, signal }: { readonly values: boolean; readonly signal: AbortSignal },
): AsyncGenerator<TraceLine | null> {
  const path = `/v1/engines/${encodeURIComponent(name)}/trace?values=${String(values)}`;
  const response = await callServer(server, path, { method: 'GET', signal });
  yield null;
  const decoder = new TextDecoder();
  let text = '';
  try {
    for await (const chunk of (response.body ?? []) as AsyncIterable<Uint8Array>) {
      text += decoder.decode(chunk, { stream: true });
      const lines = text.split('\n');
      text = lines.pop() ?? '';
      // An empty line tells only that the connection lives.
      for (const line of lines) if (line !== '') yield JSON.parse(line) as TraceLine;
    }
  } catch (error) {
    if (!signal.aborted) throw PlatformError.from(error, 'INTERNAL_UNAVAILABLE');
  }
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
