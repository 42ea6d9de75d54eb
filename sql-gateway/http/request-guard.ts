import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { PlatformError } from '../../spi/index.ts';
import type { AccessTokens } from '../access/access-tokens.ts';
import { administratorCaller, type Caller } from '../access/caller.ts';
import { createTokenThrottle, type TokenThrottle } from '../access/token-throttle.ts';
import type { GatewayConfig } from '../gateway-config.ts';

/** Decides who may ask at all. */
export interface RequestGuard {
  /** Returns who asks.
   *  @throws AUTH_ORIGIN for a foreign host name or web page, AUTH_REQUIRED without a valid token or client header, AUTH_THROTTLED */
  admit(request: IncomingMessage): Promise<Caller>;
  /** Returns the request's origin when it is an allowed one, null when there is none. @throws AUTH_ORIGIN for another one */
  originOf(request: IncomingMessage): string | null;
}

/** Name of the header that web pages cannot send without a preflight, which is required when there are no tokens. */
export const CLIENT_HEADER = 'x-trivium-client';

/** The one user of a server without tokens. */
const ANONYMOUS = administratorCaller('anonymous');

/** Who calls an endpoint that answers anybody. */
export const ANYBODY: Caller = { user: '', administrator: false, scopes: [] };

const SAFE_METHODS = new Set(['GET', 'HEAD', 'OPTIONS']);

const LOOPBACK = new Set(['127.0.0.1', '::1', 'localhost']);

/** Checks that somebody has to prove something on an address that others reach.
 *  @throws CONFIG_INVALID */
export function checkAddress({ http, auth }: Pick<GatewayConfig, 'http' | 'auth'>): void {
  if (auth.mode === 'none' && !LOOPBACK.has(http.host)) {
    throw new PlatformError('CONFIG_INVALID', `auth.mode 'none' is accepted on a loopback address only, not on '${http.host}'.`, {
      hint: "Set auth.mode to 'token', or http.host to 127.0.0.1.",
    });
  }
}

/** The tokens that the guard compares with. */
interface KnownTokens {
  /** Those of the configuration, whose users are administrators. */
  readonly configured: readonly { readonly caller: Caller; readonly digest: Buffer }[];
  readonly made: Pick<AccessTokens, 'find'>;
  readonly throttle: TokenThrottle;
}

/** Creates the guard.
 *  @param made the tokens that administrators made for users
 *  @throws CONFIG_INVALID when nobody has to prove anything on an address that others reach */
export function createRequestGuard({ http, auth }: Pick<GatewayConfig, 'http' | 'auth'>, made: Pick<AccessTokens, 'find'>): RequestGuard {
  checkAddress({ http, auth });
  const hosts = new Set(['localhost', '127.0.0.1', '[::1]', http.host, ...http.allowedHosts].map((host) => host.toLowerCase()));
  const origins = new Set(http.allowedOrigins.map((origin) => origin.toLowerCase()));
  const configured =
    auth.mode === 'token' ? auth.tokens.map(({ user, token }) => ({ caller: administratorCaller(user), digest: digest(token) })) : [];
  const tokens: KnownTokens = { configured, made, throttle: createTokenThrottle() };
  const guard: RequestGuard = {
    admit: async (request) => {
      checkHost(request, hosts);
      guard.originOf(request);
      return auth.mode === 'none' ? admitAnonymous(request) : admitToken(request, tokens);
    },
    originOf: (request) => {
      const { origin } = request.headers;
      if (origin === undefined) {
        // A page's request without an origin, such as a navigation from another site.
        if (request.headers['sec-fetch-site'] === 'cross-site') throw foreign('web page', 'unknown');
        return null;
      }
      if (origins.has(origin.toLowerCase())) return origin;
      throw foreign('web page', origin);
    },
  };
  return guard;
}

function checkHost(request: IncomingMessage, hosts: ReadonlySet<string>): void {
  const given = request.headers.host ?? '';
  const name = given.replace(/:\d+$/, '').toLowerCase();
  // A name can be made to point here by a stranger; the literal address that was called cannot.
  const called = (request.socket.localAddress ?? '').replace(/^::ffff:/, '');
  if (hosts.has(name) || name === called || name === `[${called}]`) return;
  throw foreign('host name', given);
}

function foreign(what: string, name: string): PlatformError {
  return new PlatformError('AUTH_ORIGIN', `Requests for or from the ${what} '${name.slice(0, 200)}' are not allowed.`, {
    hint: what === 'host name' ? 'Add it to http.allowedHosts if it is yours.' : 'Add it to http.allowedOrigins if it is yours.',
  });
}

function admitAnonymous(request: IncomingMessage): Caller {
  if (!SAFE_METHODS.has(request.method ?? '') && request.headers[CLIENT_HEADER] === undefined) {
    throw new PlatformError(
      'AUTH_REQUIRED',
      'Without tokens every request that changes or asks something must carry the header X-Trivium-Client.',
      {
        hint: 'Send X-Trivium-Client with the name of your program.',
      },
    );
  }
  return ANONYMOUS;
}

async function admitToken(request: IncomingMessage, { configured, made, throttle }: KnownTokens): Promise<Caller> {
  const given = /^Bearer +([^\s]+) *$/i.exec(request.headers.authorization ?? '')?.[1];
  if (given !== undefined) {
    const address = request.socket.remoteAddress ?? '';
    throttle.check(address);
    const givenDigest = digest(given);
    let found: Caller | null = null;
    // All tokens are compared, so that the time tells nothing about which one was near.
    for (const { caller, digest: known } of configured) if (timingSafeEqual(known, givenDigest)) found = caller;
    found ??= await made.find(given);
    if (found !== null) return found;
    throttle.fail(address);
  }
  throw new PlatformError('AUTH_REQUIRED', given === undefined ? 'The request carries no token.' : 'The token is not valid.', {
    hint: 'Send the header Authorization: Bearer <token>.',
  });
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
