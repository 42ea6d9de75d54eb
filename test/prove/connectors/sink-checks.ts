import type { OutsidePlatform } from '../../support/outside-platform.ts';
import type { StatementAnswer } from '../../support/post-statement.ts';
import { ODD_COLUMNS } from './compared-conditions.ts';
import { cutOff } from './cut-off.ts';
import type { PostgresCluster } from './postgres-cluster.ts';

/** Rows of the inserts that are attacked. */
const ROWS = 50_000;

const MANY = `SELECT n AS id, repeat('x', 200) AS words FROM generate_series(1, ${String(ROWS)}) AS s(n)`;

/** What a connection does that writes, to its last step. */
const WRITING = `query LIKE 'COPY "public"."cut"%' OR query LIKE 'UPDATE public.trivium_commits%' OR query = 'COMMIT'`;

/** Writes all odd values back into PostgreSQL, which compares them with the ones they came from. */
export async function writeValues(cluster: PostgresCluster, platform: OutsidePlatform): Promise<readonly string[]> {
  cluster.psql('CREATE TABLE public.odd_written (LIKE public.odd)');
  const answer = await platform.ask(`INSERT INTO pg.public.odd_written (${ODD_COLUMNS}) SELECT ${ODD_COLUMNS} FROM copied`);
  if (answer.code !== undefined) return [`${answer.code}: ${String(answer.detail)}`];
  const differences = (from: string, to: string): string =>
    `SELECT count(*) FROM (SELECT ${ODD_COLUMNS} FROM public.${from} EXCEPT ALL SELECT ${ODD_COLUMNS} FROM public.${to}) AS d`;
  const [missing, added] = [cluster.psql(differences('odd', 'odd_written')), cluster.psql(differences('odd_written', 'odd'))];
  return missing === '0' && added === '0' ? [] : [`${missing} rows are missing, ${added} are others`];
}

/** Sends one statement several times at once and again. */
export async function writeOnce(cluster: PostgresCluster, platform: OutsidePlatform): Promise<readonly string[]> {
  cluster.psql('CREATE TABLE public.once (id bigint, words text)');
  const insert = (): Promise<StatementAnswer> =>
    platform.ask(`INSERT INTO pg.public.once ${MANY}`, { timeoutMs: 120_000 }, { 'idempotency-key': 'one' });
  const answers = [...(await Promise.all([insert(), insert()])), await insert()];
  const problems = answers.flatMap(({ data, code, detail }) =>
    JSON.stringify(data) === `[[${String(ROWS)}]]` ? [] : [`${String(code)}: ${String(detail)} ${JSON.stringify(data)}`],
  );
  const count = cluster.psql('SELECT count(*) FROM public.once');
  return count === String(ROWS) ? problems : [...problems, `${count} rows of ${String(ROWS)} are there`];
}

/** Statements that fail at their last row, at the end of the transaction, and at their deadline. */
export async function writeNothing(cluster: PostgresCluster, platform: OutsidePlatform): Promise<readonly string[]> {
  cluster.psql(`CREATE TABLE public.strict (id bigint PRIMARY KEY, words varchar(200) NOT NULL);
    CREATE TABLE public.late (id bigint UNIQUE DEFERRABLE INITIALLY DEFERRED, words text);`);
  const last = (words: string): string => `SELECT id, CASE WHEN id = ${String(ROWS)} THEN ${words} ELSE words END FROM (${MANY}) AS many`;
  const attempts: readonly (readonly [table: string, sql: string, code: string, timeoutMs: number])[] = [
    ['strict', last('CAST(NULL AS varchar)'), 'SQL_INVALID_VALUE', 120_000],
    ['strict', last("concat(words, 'x')"), 'SQL_INVALID_VALUE', 120_000],
    ['strict', `SELECT id % ${String(ROWS - 1)}, words FROM (${MANY}) AS many`, 'SQL_INVALID_VALUE', 120_000],
    ['late', `SELECT id % ${String(ROWS - 1)}, words FROM (${MANY}) AS many`, 'SQL_INVALID_VALUE', 120_000],
    ['late', MANY.replace(String(ROWS), '50000000'), 'RESOURCE_DEADLINE', 1000],
  ];
  const problems: string[] = [];
  for (const [table, sql, code, timeoutMs] of attempts) {
    const answer = await platform.ask(`INSERT INTO pg.public.${table} ${sql}`, { timeoutMs });
    const count = cluster.psql(`SELECT count(*) FROM public.${table}`);
    if (answer.code !== code || count !== '0') problems.push(`${table}: ${String(answer.code)} ${String(answer.detail)}, ${count} rows`);
  }
  const open = cluster.psql("SELECT count(*) FROM pg_stat_activity WHERE state LIKE 'idle in transaction%'");
  return open === '0' ? problems : [...problems, `${open} transactions were left open`];
}

/** Cuts the connection while rows are written, at the latest moments too, and sends the statement again until it is answered. */
export async function loseSink(cluster: PostgresCluster, platform: OutsidePlatform): Promise<readonly string[]> {
  cluster.psql('CREATE TABLE public.cut (id bigint, words text)');
  const problems: string[] = [];
  let lost = 0;
  for (let round = 1; round <= 4; round += 1) {
    for (let attempt = 0; ; attempt += 1) {
      const inserting = platform.ask(
        `INSERT INTO pg.public.cut ${MANY}`,
        { timeoutMs: 120_000 },
        { 'idempotency-key': `round-${String(round)}` },
      );
      if (attempt < 2) await cutOff(cluster, WRITING, 20 * (round - 1) + 50 * attempt);
      const answer = await inserting;
      if (answer.data !== undefined) break;
      lost += 1;
      if (attempt < 10) continue;
      problems.push(`round ${String(round)}: ${String(answer.code)} ${String(answer.detail)}`);
      break;
    }
    const count = cluster.psql('SELECT count(*) FROM public.cut');
    if (count !== String(round * ROWS)) problems.push(`${count} rows after ${String(round)} rounds of ${String(ROWS)}`);
  }
  return lost === 0 ? [...problems, 'no insert was cut off'] : problems;
}
