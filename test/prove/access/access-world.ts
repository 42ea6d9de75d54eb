import { PlatformError } from '../../../spi/index.ts';
import type { ServerProcess } from '../../support/server-process.ts';

/** The users of the proof: ada may read some things, bob owns some, eve may nothing. */
export type User = 'admin' | 'ada' | 'bob' | 'eve' | 'reader';

/** A server with users, privileges, and things that are to stay secret: the word `classified` and the numbers from 900,000 on. */
export interface AccessWorld {
  readonly server: ServerProcess;
  readonly allowed: string;
  /** Sends a statement as a user. */
  sql(user: User, sql: string, body?: object): Promise<Response>;
  /** Calls an endpoint as a user. */
  call(user: User, path: string, init?: RequestInit): Promise<Response>;
}

/** What the administrator does before the tricks are tried. */
const SETUP = [
  "CREATE TABLE people AS SELECT * FROM (VALUES (1, 'amy', 900001), (2, 'ben', 900002), (3, 'cid', 900003)) AS p(id, name, salary)",
  "CREATE TABLE secret AS SELECT * FROM (VALUES (900004, 'classified')) AS s(n, word)",
  'CREATE TABLE open AS SELECT * FROM (VALUES (1), (2)) AS o(n)',
  'CREATE TABLE inbox (n integer)',
  'CREATE SCHEMA vault',
  "CREATE TABLE vault.gold AS SELECT 900005 AS n, 'classified' AS word",
  'CREATE VIEW names AS SELECT id, name FROM people',
  'CREATE VIEW peek AS SELECT n, word FROM secret',
  'CREATE USER ada',
  'CREATE USER bob',
  'CREATE USER eve',
  'CREATE ROLE analyst',
  'GRANT USAGE, CREATE ON SCHEMA main TO bob',
  'GRANT USAGE ON SCHEMA main TO analyst',
  'GRANT SELECT ON open TO analyst',
  'GRANT analyst TO ada',
  'GRANT SELECT (id, name) ON people TO ada',
  'GRANT INSERT ON inbox TO ada',
  'GRANT SELECT ON names TO ada, bob',
  'GRANT SELECT ON secret TO bob',
  "CREATE TABLE staff AS SELECT * FROM (VALUES (1, '10', 'eu', 10, 'classified'), (2, 'classified', 'us', 900009, 'classified'), (3, '30', 'eu', 30, NULL)) AS s(id, name, region, pay, word)",
  'CREATE ROLE auditor',
  "CREATE ROW FILTER own_region ON staff EXCEPT auditor USING (substring(region || CAST(id AS varchar), 1, 2) = 'eu')",
  'CREATE COLUMN MASK no_word ON staff (word) EXCEPT auditor USING (CASE WHEN word IS NULL THEN NULL ELSE current_user END)',
  'GRANT SELECT, INSERT, UPDATE, DELETE, ALTER ON staff TO ada',
  'GRANT SELECT (id, name, word) ON staff TO bob',
] as const;

/** What bob makes: a view over what he may read at that time, before he loses that right. */
const SETUP_OF_BOB = [
  'CREATE TABLE bobs AS SELECT 900006 AS n',
  'CREATE VIEW bobs_view AS SELECT word FROM secret',
  'GRANT SELECT ON bobs_view TO ada',
  'CREATE VIEW bobs_staff AS SELECT id, name, word FROM staff',
];

/** Prepares a server. */
export async function prepareWorld(server: ServerProcess, allowed: string): Promise<AccessWorld> {
  for (const sql of SETUP) await done(await server.sql(sql), sql);
  const tokens: Partial<Record<User, string>> = { admin: server.token };
  for (const user of ['ada', 'bob', 'eve'] as const) tokens[user] = await makeToken(server, user, ['read', 'write', 'admin']);
  tokens.reader = await makeToken(server, 'bob', ['read']);
  const call: AccessWorld['call'] = (user, path, init = {}) =>
    fetch(server.url + path, {
      ...init,
      headers: { authorization: `Bearer ${tokens[user] ?? ''}`, ...(init.headers as Record<string, string>) },
    });
  const sql: AccessWorld['sql'] = (user, text, body = {}) =>
    call(user, '/v1/sql', {
      method: 'POST',
      headers: { accept: 'application/json', 'content-type': 'application/json' },
      body: JSON.stringify({ sql: text, ...body }),
    });
  for (const text of SETUP_OF_BOB) await done(await sql('bob', text), text);
  await done(await server.sql('REVOKE SELECT ON secret FROM bob'), 'REVOKE');
  return { server, allowed, sql, call };
}

/** Makes a token as the administrator and returns its secret. */
export async function makeToken(server: ServerProcess, user: string, scopes: readonly string[], more: object = {}): Promise<string> {
  const response = await server.call('/v1/tokens', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ user, scopes, ...more }),
  });
  if (!response.ok) throw new PlatformError('ENGINE_FAILED', `no token for ${user}: ${await response.text()}`);
  return ((await response.json()) as { readonly token: string }).token;
}

async function done(response: Response, sql: string): Promise<void> {
  const text = await response.text();
  if (!response.ok) throw new PlatformError('ENGINE_FAILED', `the world was not made: ${sql}: ${text}`);
}
