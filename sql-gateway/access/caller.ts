import type { Principal } from '../../spi/index.ts';

/** What a token lets its holder do at all, whatever the privileges of the user: `read` rows and descriptions, `write` rows and definitions,
 *  `admin` for users, privileges, tokens and the server itself. */
export const SCOPES = ['read', 'write', 'admin'] as const;

/** One of the scopes. */
export type Scope = (typeof SCOPES)[number];

/** Who asks, and by what right. */
export interface Caller extends Principal {
  /** Whether the server's own configuration makes the user an administrator; members of the role `administrator` are found when they ask. */
  readonly administrator: boolean;
  readonly scopes: readonly Scope[];
}

/** Returns a user who may do everything: who holds a token of the configuration, and the server itself. */
export function administratorCaller(user: string): Caller {
  return { user, administrator: true, scopes: SCOPES };
}
