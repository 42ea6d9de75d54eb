import { expectProblem, type Verdict } from '../hostile/attack.ts';
import type { AccessWorld, User } from './access-world.ts';

/** One thing that a user tries who may not. */
export interface Trick {
  /** Stable name in kebab-case. */
  readonly id: string;
  /** What has to be seen. */
  readonly expects: string;
  run(world: AccessWorld): Promise<Verdict>;
}

/** Codes of what is not there for who may not know of it. */
export const UNKNOWN = ['CATALOG_UNKNOWN_TABLE', 'CATALOG_UNKNOWN_SCHEMA'];
/** Codes of what is seen and may not be done. */
export const FORBIDDEN = ['AUTH_FORBIDDEN'];

/** No answer, whatever its form, may hold what is secret. */
export const SECRET = /classified|90000\d/;

/** A statement that must end in one of the codes, and tell nothing secret. */
export function refused(id: string, user: User, sql: string, codes: readonly string[], body: object = {}): Trick {
  return {
    id,
    expects: codes.join(' or '),
    run: async (world) => {
      const verdict = await expectProblem(await world.sql(user, sql, body), codes);
      return { pass: verdict.pass && !SECRET.test(verdict.saw.replace(sql, '')), saw: verdict.saw };
    },
  };
}

/** A statement that is answered, without what must not be in the answer. */
export function silent(id: string, user: User, sql: string, hidden: RegExp): Trick {
  return { id, expects: `an answer without ${hidden.source}`, run: async (world) => withoutHidden(await world.sql(user, sql), hidden) };
}

/** An answer that must come, without what is hidden. */
export async function withoutHidden(response: Response, hidden: RegExp): Promise<Verdict> {
  const text = await response.text();
  return { pass: response.ok && !hidden.test(text), saw: `${String(response.status)} ${text.slice(0, 200)}` };
}

/** A call of an endpoint that must end in one of the codes. */
export function called(id: string, user: User, path: string, init: RequestInit, codes: readonly string[]): Trick {
  return { id, expects: codes.join(' or '), run: async (world) => expectProblem(await world.call(user, path, init), codes) };
}
