import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import { PlatformError } from '../../spi/index.ts';
import type { AccessStore } from './access-store.ts';
import { PUBLIC, type StoredToken } from './access-state.ts';
import type { Caller, Scope } from './caller.ts';

/** A token as it is listed. Units: milliseconds since 1970 UTC. */
export interface TokenInfo extends Omit<StoredToken, 'digest'> {
  readonly id: string;
}

/** A token to be made. */
export interface TokenRequest {
  readonly user: string;
  readonly scopes: readonly Scope[];
  /** Null for never. Units: milliseconds since 1970 UTC. */
  readonly expiresAtMs: number | null;
}

/** The tokens of the users of a warehouse. */
export interface AccessTokens {
  /** Makes a token; its text is told here and never again.
   *  @throws AUTH_UNKNOWN when there is no such user */
  create(request: TokenRequest): Promise<TokenInfo & { readonly token: string }>;
  /** Oldest first, expired ones too. */
  list(): Promise<readonly TokenInfo[]>;
  /** @throws AUTH_UNKNOWN */
  revoke(id: string): Promise<void>;
  /** Returns who a token stands for; null for one that is none, or is over. */
  find(token: string): Promise<Caller | null>;
}

const ID_BYTES = 8;
const SECRET_BYTES = 32;

/** The id, by which a token is found and called, and the secret. */
const TOKEN = /^trv_([0-9a-f]{16})_[\w-]{43}$/;

/** Creates the tokens over the store. */
export function createAccessTokens(store: AccessStore): AccessTokens {
  return {
    create: async ({ user: given, scopes, expiresAtMs }) => {
      const user = given.toLowerCase();
      const id = randomBytes(ID_BYTES).toString('hex');
      const token = `trv_${id}_${randomBytes(SECRET_BYTES).toString('base64url')}`;
      const stored: StoredToken = { user, digest: digest(token).toString('hex'), scopes, createdAtMs: Date.now(), expiresAtMs };
      await store.change((state) => {
        if (state.principals.get(user)?.type !== 'user' || user === PUBLIC) {
          throw new PlatformError('AUTH_UNKNOWN', `There is no user '${user}'.`, { hint: `CREATE USER ${user} makes one.` });
        }
        return { ...state, tokens: new Map(state.tokens).set(id, stored) };
      });
      return { ...infoOf(id, stored), token };
    },
    list: async () => {
      const { tokens } = await store.current();
      return [...tokens].map(([id, stored]) => infoOf(id, stored)).sort((left, right) => left.createdAtMs - right.createdAtMs);
    },
    revoke: (id) =>
      store.change((state) => {
        const tokens = new Map(state.tokens);
        if (!tokens.delete(id)) {
          throw new PlatformError('AUTH_UNKNOWN', `There is no token '${id.slice(0, 100)}'.`, { hint: 'trivium token list shows them.' });
        }
        return { ...state, tokens };
      }),
    find: async (token) => {
      const id = TOKEN.exec(token)?.[1];
      if (id === undefined) return null;
      const stored = (await store.current()).tokens.get(id);
      if (stored === undefined || !timingSafeEqual(Buffer.from(stored.digest, 'hex'), digest(token))) return null;
      if (stored.expiresAtMs !== null && stored.expiresAtMs <= Date.now()) return null;
      return { user: stored.user, administrator: false, scopes: stored.scopes };
    },
  };
}

function infoOf(id: string, { user, scopes, createdAtMs, expiresAtMs }: StoredToken): TokenInfo {
  return { id, user, scopes, createdAtMs, expiresAtMs };
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
