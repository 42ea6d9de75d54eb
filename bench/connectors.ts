import { postgresPlugin } from '../examples/postgres-connector/postgres-plugin.ts';
import { type PostgresCluster, startPostgresCluster } from '../test/prove/connectors/postgres-cluster.ts';
import type { Check, Proof, ProofOptions } from '../test/prove/proof.ts';
import { setup as compileChildren } from '../test/setup/compile-children.ts';
import { type OutsidePlatform, startOutsidePlatform } from '../test/support/outside-platform.ts';
import { JOINS, type MeasuredJoin } from './connectors/measured-joins.ts';
import { measurePairs, medianInterval, ratioCheck, round } from './measure.ts';

/** What a statement over an outside table may take, against the same over a stored copy of it. */
const RATIO_MAX = 1.3;

const MODE = 'gateway and connector in this process, engine children and PostgreSQL as processes';

/** Measures joins of a PostgreSQL table with a stored one against the same joins with both stored. */
export const benchmark: Proof = {
  name: 'connectors',
  summary:
    'a PostgreSQL table of a million rows joined with a stored one of ten million, against both stored; what PostgreSQL is asked for',
  needs: ['psql'],
  run: async (options) => {
    compileChildren();
    const cluster = await startPostgresCluster();
    try {
      const rows = options.quick ? 1_000_000 : 10_000_000;
      cluster.psql(customersDdl(rows / 10));
      const { host, port, user, database } = cluster;
      const platform = await startOutsidePlatform({
        engines: ['engines/olap'],
        connectors: [{ catalog: 'pg', module: postgresPlugin, config: { host, port, user, database } }],
      });
      try {
        await makeTables(platform, rows);
        const checks: Check[] = [];
        for (const join of JOINS) checks.push(...(await measureJoin(join, cluster, platform, options)));
        return checks;
      } finally {
        await platform.close();
      }
    } finally {
      await cluster.stop();
    }
  },
};

/** A table of the kind that a join needs two columns of: a key, names, numbers and a long text. */
const customersDdl = (rows: number): string => `
CREATE TABLE public.customers (id bigint PRIMARY KEY, city text NOT NULL, segment integer NOT NULL, score double precision, since date, note text);
INSERT INTO public.customers SELECT n, 'city ' || n % 100, n % 20, n / 7.0, DATE '2020-01-01' + (n % 1000)::integer, repeat('note ', 20)
FROM generate_series(1, ${String(rows)}) AS s(n);
VACUUM ANALYZE public.customers;`;

async function makeTables(platform: OutsidePlatform, rows: number): Promise<void> {
  await ask(platform, 'CREATE TABLE customers AS SELECT * FROM pg.public.customers');
  await ask(platform, 'CREATE TABLE orders (id bigint, customer bigint, amount bigint)');
  // Keys in no order, as they come in.
  const values = `SELECT n, (n * 7919) % ${String(rows / 10)} + 1, n % 1000`;
  await ask(platform, `INSERT INTO orders ${values} FROM generate_series(1, ${String(rows)}) AS s(n)`);
}

async function ask(platform: OutsidePlatform, sql: string): Promise<string> {
  const answer = await platform.ask(sql, { timeoutMs: 600_000 });
  return answer.data === undefined ? `${String(answer.code)}: ${String(answer.detail)}` : JSON.stringify(answer.data);
}

async function measureJoin(
  { id, sql, needed, judged }: MeasuredJoin,
  cluster: PostgresCluster,
  platform: OutsidePlatform,
  { quick, log }: ProofOptions,
): Promise<readonly Check[]> {
  const [outside, stored] = [sql('pg.public.customers'), sql('customers')];
  const before = cluster.log().length;
  const answer = await ask(platform, outside);
  const copies = copiesOf(cluster.log().slice(before));
  const expected = await ask(platform, stored);
  const isSame = answer === expected && answer.startsWith('[[');
  log(`  ${id}: ${isSame ? 'the same answer' : `${answer.slice(0, 200)} is not ${expected.slice(0, 200)}`}`);
  const pairs = quick ? 7 : 15;
  const measured = await measurePairs({ pairs, ours: () => ask(platform, outside), peer: () => ask(platform, stored) });
  const limit = medianInterval(Array.from({ length: pairs }, () => bareCopyMs(cluster, copies)));
  const check = ratioCheck(
    id,
    measured,
    RATIO_MAX,
    `${MODE}; bare COPY of these rows by psql, one after the other: ${round(limit.median)} ms`,
  );
  const rows = copies.reduce((sum, copy) => sum + rowsOf(cluster, copy), 0);
  const rowsNeeded = Number(cluster.psql(`SELECT count(*) FROM (${needed}) AS needed`));
  const columns = copies.every((copy) => copy.startsWith('SELECT "id"::int8, "city"::text FROM'));
  return [
    judged ? check : { ...check, target: 'told', pass: true },
    {
      id: `${id}-rows`,
      value: rows,
      unit: 'rows',
      target: `<= ${String(rowsNeeded)} of two columns; the answer over stored rows`,
      pass: isSame && copies.length > 0 && columns && rows <= rowsNeeded,
      note: `${String(copies.length)} times ${(copies[0] ?? 'nothing').slice(0, 200)}`,
    },
  ];
}

/** The queries that PostgreSQL has logged as copied out. */
function copiesOf(log: string): readonly string[] {
  return [...log.matchAll(/COPY \((.*)\) TO STDOUT/g)].map(([, query = '']) => query);
}

function rowsOf(cluster: PostgresCluster, copy: string): number {
  return Number(cluster.psql(`SELECT count(*) FROM (${copy}) AS copied`));
}

/** What PostgreSQL takes to send the rows to a client that throws them away: psql's own time, without its start. Units: milliseconds. */
function bareCopyMs(cluster: PostgresCluster, copies: readonly string[]): number {
  const copied = copies.map((copy) => `\\copy (${copy}) TO '/dev/null' WITH (FORMAT binary)`).join('\n');
  const told = cluster.psql(`\\timing on\n${copied}\n`);
  return [...told.matchAll(/^Time: ([0-9.]+) ms/gm)].reduce((sum, [, ms]) => sum + Number(ms), 0);
}
