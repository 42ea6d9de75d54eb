import type { Agent } from 'node:https';
import type { IncomingMessage } from 'node:http';
import { PlatformError } from '../spi/index.ts';

/** Whom an https server is believed beside, or instead of, the authorities that the system knows. Shape: PEM. */
export type ServerTrust =
  /** Certificates of authorities. */
  | { readonly ca: string }
  /** The one certificate that the server must show, whatever names stand in it. */
  | { readonly certificate: string };

type Fetch = (
  url: URL,
  init: { method: string; headers: Headers; body?: string | Uint8Array<ArrayBuffer>; signal?: AbortSignal },
) => Promise<Response>;

const known = new WeakMap<ServerTrust, Fetch>();

/** Returns what calls servers that are trusted in this way; `fetch` itself cannot be told. Works in Node only.
 *  @throws CONFIG_INVALID elsewhere */
export function trustingFetch(trust: ServerTrust): Fetch {
  const before = known.get(trust);
  if (before !== undefined) return before;
  const made = createFetch(trust);
  known.set(trust, made);
  return made;
}

function createFetch(trust: ServerTrust): Fetch {
  // Not imported, so that a browser can load the client.
  const { process } = globalThis as { readonly process?: NodeJS.Process };
  if (process === undefined)
    throw new PlatformError('CONFIG_INVALID', 'Only Node can trust certificates of its own; a browser knows whom it trusts.');
  const https = process.getBuiltinModule('node:https');
  const { Readable } = process.getBuiltinModule('node:stream');
  const { X509Certificate } = process.getBuiltinModule('node:crypto');
  let agent: Agent;
  if ('ca' in trust) agent = new https.Agent({ keepAlive: true, ca: [...process.getBuiltinModule('node:tls').rootCertificates, trust.ca] });
  else {
    const { fingerprint256 } = new X509Certificate(trust.certificate);
    agent = new https.Agent({
      keepAlive: true,
      ca: trust.certificate,
      allowPartialTrustChain: true,
      checkServerIdentity: (_host, shown) =>
        shown.fingerprint256 === fingerprint256
          ? undefined
          : Object.assign(new PlatformError('INTERNAL_UNAVAILABLE', 'it is another certificate'), { code: 'ERR_TLS_CERT_OTHER' }),
    });
  }
  return (url, { method, headers, body, signal }) =>
    new Promise<Response>((resolve, reject) => {
      const options = { agent, method, headers: Object.fromEntries(headers), ...(signal === undefined ? {} : { signal }) };
      const request = https.request(url, options, (answer) => {
        resolve(toResponse(answer, Readable.toWeb(answer) as ReadableStream<Uint8Array>));
      });
      request.once('error', reject);
      request.end(body);
    });
}

function toResponse(answer: IncomingMessage, body: ReadableStream<Uint8Array>): Response {
  const headers = new Headers();
  for (const [name, values] of Object.entries(answer.headersDistinct)) for (const value of values ?? []) headers.append(name, value);
  // As `fetch` does it.
  const plain = headers.get('content-encoding') === 'gzip' ? body.pipeThrough(new DecompressionStream('gzip')) : body;
  return new Response(plain, { status: answer.statusCode ?? 502, headers });
}

/** Returns why a server's certificate was not believed, null when something else went wrong. */
export function untrusted(error: unknown): string | null {
  const { code, message, cause } = error as { code?: unknown; message?: string; cause?: unknown };
  if (typeof code === 'string' && /CERT|ISSUER|LEAF_SIGNATURE/.test(code)) return message ?? code;
  return typeof cause === 'object' && cause !== null ? untrusted(cause) : null;
}
