import { PlatformError } from '../spi/index.ts';
import { readProblem } from './read-problem.ts';
import type { ServerAddress } from './server-address.ts';
import { trustingFetch, untrusted } from './trusting-fetch.ts';

/** What is sent; the body is at hand as a whole, so that it can be sent again. */
export interface ServerRequest {
  readonly method: 'GET' | 'POST' | 'DELETE';
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array<ArrayBuffer>;
  readonly signal?: AbortSignal | undefined;
}

/** Units: milliseconds. Pauses double from the first to the longest where the server names none. */
const PAUSE_MS = { first: 100, longest: 5000 };

/** Calls an endpoint of a server and returns when it has begun to answer. What the server calls retryable is sent again after the pause that it asks for, as far as
 *  `ServerAddress.retriesMax` goes; so is a request whose answer was lost, when it changes nothing or carries an `Idempotency-Key`.
 *  @throws the server's coded error; INTERNAL_UNAVAILABLE when no server answers; ENGINE_CANCELLED when the signal was aborted */
export async function callServer(server: ServerAddress, path: string, request: ServerRequest): Promise<Response> {
  for (let retry = 0; ; retry += 1) {
    const failure = await send(server, path, request);
    if (failure instanceof Response) return failure;
    if (retry >= (server.retriesMax ?? 0) || !failure.mayRepeat) throw failure.error;
    await pauseBefore(retry, failure.pauseMs, request.signal);
  }
}

interface Failure {
  readonly error: PlatformError;
  readonly mayRepeat: boolean;
  /** The pause that the server asks for, null when it names none. */
  readonly pauseMs: number | null;
}

async function send(server: ServerAddress, path: string, { signal, ...request }: ServerRequest): Promise<Response | Failure> {
  const headers = new Headers(request.headers);
  headers.set('x-trivium-client', 'trivium-client');
  // What `fetch` asks for by itself would cost both sides more time than most networks save. Browsers keep to their own.
  headers.set('accept-encoding', server.compress === true ? 'gzip' : 'identity');
  if (server.token !== null) headers.set('authorization', `Bearer ${server.token}`);
  // A request that is done twice does no harm when it changes nothing, or when the server knows it again.
  const isRepeatable = request.method !== 'POST' || headers.has('idempotency-key');
  const call = server.trust === undefined || !server.url.startsWith('https:') ? fetch : trustingFetch(server.trust);
  let response: Response;
  try {
    response = await call(new URL(path, server.url), { ...request, headers, ...(signal === undefined ? {} : { signal }) });
  } catch (error) {
    if (signal?.aborted === true) throw cancelled(error);
    const distrust = untrusted(error);
    if (distrust !== null) {
      const refused = new PlatformError('INTERNAL_UNAVAILABLE', `the certificate of ${server.url} is not trusted: ${distrust}`, {
        cause: error,
        hint: 'name a file with the certificate of its authority: --ca-file or TRIVIUM_CA_FILE, or `ca` of connect()',
      });
      return { error: refused, mayRepeat: false, pauseMs: null };
    }
    const unreachable = new PlatformError('INTERNAL_UNAVAILABLE', `no server answers at ${server.url}`, {
      cause: error,
      hint: 'start one with `trivium serve`, or name another with --url',
    });
    return { error: unreachable, mayRepeat: isRepeatable, pauseMs: null };
  }
  if (response.ok) return response;
  const { error, retryable } = await readProblem(response);
  const seconds = Number(response.headers.get('retry-after') ?? Number.NaN);
  // Nothing was begun when the server had no room (429); any other failure may come after a part of the work.
  const mayRepeat = retryable && (isRepeatable || response.status === 429);
  return { error, mayRepeat, pauseMs: Number.isFinite(seconds) ? seconds * 1000 : null };
}

/** Returns the error of a request that its own caller ended. */
export function cancelled(cause: unknown): PlatformError {
  return new PlatformError('ENGINE_CANCELLED', 'the statement was cancelled', { cause });
}

/** Waits before a retry, counted from 0: as long as was asked for, else longer each time.
 *  @throws ENGINE_CANCELLED when the signal is aborted */
export async function pauseBefore(retry: number, pauseMs: number | null, signal: AbortSignal | undefined): Promise<void> {
  const milliseconds = pauseMs ?? Math.min(PAUSE_MS.first * 2 ** retry * (0.5 + Math.random()), PAUSE_MS.longest);
  await new Promise<void>((resolve, reject) => {
    const onAbort = (): void => {
      clearTimeout(timer);
      reject(cancelled(signal?.reason));
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener('abort', onAbort);
      resolve();
    }, milliseconds);
    if (signal?.aborted === true) onAbort();
    else signal?.addEventListener('abort', onAbort, { once: true });
  });
}
