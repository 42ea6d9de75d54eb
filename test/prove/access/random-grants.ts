import { PlatformError } from '../../../spi/index.ts';
import { seededRandom } from '../../../tck/truth/seeded-random.ts';
import type { Check, ProofOptions } from '../proof.ts';
import { makeToken, type AccessWorld } from './access-world.ts';

const TABLES = ['r0', 'r1', 'r2'] as const;
const COLUMNS = ['a', 'b', 'c'] as const;
const GRANTEES = ['ursa', 'vera', 'crew', 'PUBLIC'] as const;

/** `grantee table column` for each column that a grant names, with `*` for the whole table. */
type Model = Set<string>;

/** Grants and revokes at random, and compares what users see with what a model of a few lines says over the administrator's answers. */
export async function compareRandomGrants(world: AccessWorld, { quick, seed, log }: ProofOptions): Promise<readonly Check[]> {
  const random = seededRandom(seed);
  const pick = <Value>(values: readonly Value[]): Value => values[Math.floor(random() * values.length)] as Value;
  const some = (): readonly string[] => {
    const chosen = COLUMNS.filter(() => random() < 0.5);
    return chosen.length === 0 ? [pick(COLUMNS)] : chosen;
  };
  await prepare(world);
  const tokens = { ursa: await makeToken(world.server, 'ursa', ['read']), vera: await makeToken(world.server, 'vera', ['read']) };
  const model: Model = new Set();
  const wrong: string[] = [];
  let allowed = 0;
  let refused = 0;
  for (let round = 0; round < (quick ? 12 : 120); round += 1) {
    for (let change = 0; change < 3; change += 1)
      await changeGrants(world, model, {
        table: pick(TABLES),
        grantee: pick(GRANTEES),
        columns: random() < 0.3 ? null : some(),
        gives: random() < 0.6,
      });
    for (const user of ['ursa', 'vera'] as const) {
      const [left, right] = [pick(TABLES), pick(TABLES)];
      const [ofLeft, ofRight] = [some(), some()];
      const list = [...ofLeft.map((name) => `x.${name}`), ...ofRight.map((name) => `y.${name}`)].join(', ');
      const sql = pick([
        `SELECT ${list} FROM ${left} x CROSS JOIN ${right} y ORDER BY ALL`,
        `WITH y AS (SELECT ${ofRight.join(', ')} FROM ${right}) SELECT ${ofLeft.join(', ')} FROM ${left} x WHERE (SELECT count(${pick(ofRight)}) FROM y) > 0 ORDER BY ALL`,
      ]);
      const expected = may(model, user, left, ofLeft) && may(model, user, right, ofRight);
      const answer = await rowsOf(await as(world, tokens[user], sql));
      const truth = expected ? await rowsOf(await world.sql('admin', sql)) : null;
      if (expected) allowed += 1;
      else refused += 1;
      if (answer !== truth) {
        const line = `${user}: ${sql}: expected ${String(truth)}, saw ${String(answer)}; ${[...model].join(', ')}`;
        wrong.push(line);
        log(`  ${line}`);
      }
    }
  }
  const note = `${String(allowed)} answers, ${String(refused)} refusals, seed ${String(seed)}; ${wrong[0] ?? ''}`;
  return [
    {
      id: 'random-grants',
      value: wrong.length,
      unit: 'differences',
      target: '0, with answers and refusals',
      pass: wrong.length === 0 && allowed > 0 && refused > 0,
      note,
    },
  ];
}

async function prepare(world: AccessWorld): Promise<void> {
  const statements = [
    ...TABLES.map(
      (table, index) => `CREATE TABLE ${table} AS SELECT ${String(index)} AS a, ${String(index + 10)} AS b, ${String(index + 20)} AS c`,
    ),
    'CREATE USER ursa',
    'CREATE USER vera',
    'CREATE ROLE crew',
    'GRANT crew TO vera',
    'GRANT USAGE ON SCHEMA main TO PUBLIC',
  ];
  for (const sql of statements) await run(world, sql);
}

interface GrantChange {
  readonly table: string;
  readonly grantee: string;
  /** Null for the whole table. */
  readonly columns: readonly string[] | null;
  readonly gives: boolean;
}

async function changeGrants(world: AccessWorld, model: Model, { table, grantee, columns, gives }: GrantChange): Promise<void> {
  const key = (column: string): string => `${grantee} ${table} ${column}`;
  const keys = [...COLUMNS, '*'].map(key);
  if (gives) {
    await run(world, `GRANT SELECT ${columns === null ? '' : `(${columns.join(', ')})`} ON ${table} TO ${grantee}`);
    // What is granted as a whole is no longer granted by column.
    if (columns === null) for (const each of keys) model.delete(each);
    if (columns === null) model.add(key('*'));
    else if (!model.has(key('*'))) for (const column of columns) model.add(key(column));
    return;
  }
  const byColumn = columns !== null && !model.has(key('*'));
  await run(world, `REVOKE SELECT ${byColumn ? `(${columns.join(', ')})` : ''} ON ${table} FROM ${grantee}`);
  for (const each of byColumn ? columns.map(key) : keys) model.delete(each);
}

function may(model: Model, user: string, table: string, columns: readonly string[]): boolean {
  const names = [user, 'PUBLIC', ...(user === 'vera' ? ['crew'] : [])];
  return columns.every((column) => names.some((name) => model.has(`${name} ${table} *`) || model.has(`${name} ${table} ${column}`)));
}

async function as(world: AccessWorld, token: string, sql: string): Promise<Response> {
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json', accept: 'application/json' };
  return world.server.call('/v1/sql', { method: 'POST', headers, body: JSON.stringify({ sql }) });
}

/** Returns the rows as text; null for a refusal. */
async function rowsOf(response: Response): Promise<string | null> {
  const text = await response.text();
  if (response.ok) return JSON.stringify((JSON.parse(text) as { readonly data: unknown }).data);
  const { code } = JSON.parse(text) as { readonly code: string };
  const refusals = ['AUTH_FORBIDDEN', 'CATALOG_UNKNOWN_TABLE', 'SQL_UNKNOWN_COLUMN'];
  return refusals.includes(code) ? null : text;
}

async function run(world: AccessWorld, sql: string): Promise<void> {
  const response = await world.sql('admin', sql);
  const text = await response.text();
  if (!response.ok) throw new PlatformError('ENGINE_FAILED', `${sql}: ${text}`);
}
