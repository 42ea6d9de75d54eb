import type { ConnectorPlugin } from '../../spi/index.ts';
import { postgresPlugin } from '../../examples/postgres-connector/postgres-plugin.ts';
import { setup as compileChildren } from '../setup/compile-children.ts';
import { type OutsidePlatform, startOutsidePlatform } from '../support/outside-platform.ts';
import { CONDITIONS, ODD_COLUMNS, VALUES_DDL } from './connectors/compared-conditions.ts';
import { cutOff } from './connectors/cut-off.ts';
import { askNatively } from './connectors/native-checks.ts';
import { type PostgresCluster, startPostgresCluster } from './connectors/postgres-cluster.ts';
import { loseSink, writeNothing, writeOnce, writeValues } from './connectors/sink-checks.ts';
import type { Check, Proof, ProofOptions } from './proof.ts';

/** Holds the PostgreSQL connector to a real server: values, conditions, one snapshot, what is read, and failures. */
export const proof: Proof = {
  name: 'connectors',
  summary:
    'tables of a real PostgreSQL server: every value, every condition that is pushed, one snapshot over all splits, nothing lost; rows written once or not at all; lies are noticed',
  needs: ['psql'],
  run: async (options) => {
    compileChildren();
    const cluster = await startPostgresCluster();
    try {
      cluster.psql(VALUES_DDL);
      cluster.psql(pairsDdl(options.quick ? 200_000 : 1_000_000));
      const platform = await startPlatform(cluster);
      try {
        return [...(await attack(cluster, platform, options)), ...(await proveMutant(cluster))];
      } finally {
        await platform.close();
      }
    } finally {
      await cluster.stop();
    }
  },
};

/** A table big enough for several splits, whose sum of `amount` never changes. */
const pairsDdl = (rows: number): string => `
CREATE TABLE public.pairs (id bigint, amount bigint, city text);
INSERT INTO public.pairs SELECT n, 100, 'city ' || n % 50 FROM generate_series(1, ${String(rows)}) AS s(n);
ANALYZE public.pairs;`;

async function startPlatform(
  { host, port, user, database }: PostgresCluster,
  plugin: ConnectorPlugin = postgresPlugin,
): Promise<OutsidePlatform> {
  const platform = await startOutsidePlatform({
    engines: ['engines/olap', 'engines/stream'],
    connectors: [{ catalog: 'pg', module: plugin, config: { host, port, user, database } }],
  });
  await platform.ask(`CREATE TABLE copied AS SELECT ${ODD_COLUMNS} FROM pg.public.odd`);
  return platform;
}

async function attack(cluster: PostgresCluster, platform: OutsidePlatform, { log }: ProofOptions): Promise<readonly Check[]> {
  const checks: Check[] = [];
  const note = (id: string, problems: readonly string[], target: string): void => {
    log(`  ${id}: ${problems.length === 0 ? 'holds' : problems.slice(0, 3).join('; ')}`);
    checks.push({
      id,
      value: problems.length,
      unit: 'problems',
      target,
      pass: problems.length === 0,
      note: problems.slice(0, 5).join('; '),
    });
  };
  note('values', await compareValues(cluster, platform), 'all values as PostgreSQL prints them');
  note('conditions', await compareConditions(platform), `${String(CONDITIONS.length)} conditions keep the same rows there and here`);
  note('reads-what-is-needed', await readsLittle(cluster, platform), 'the server is asked for the columns and rows needed');
  note('one-snapshot', await oneSnapshot(cluster, platform), 'all splits see one state while a writer moves amounts');
  note('sink-values', await writeValues(cluster, platform), 'every value written is the value read');
  note('sink-once', await writeOnce(cluster, platform), 'attempts of one key insert its rows once, also at the same time');
  note('sink-nothing', await writeNothing(cluster, platform), 'a statement that fails leaves no row');
  note('sink-lost-connection', await loseSink(cluster, platform), 'cut off and sent again, the rows are there once');
  note('native-answers', await askNatively(cluster), 'statements that the engine over PostgreSQL takes have the answers of fetched rows');
  note('lost-connection', await loseConnection(cluster, platform), 'a code, never a shorter result');
  return checks;
}

/** Rows of an answer, or a text that no rows equal. */
async function rowsOf(platform: OutsidePlatform, sql: string): Promise<string> {
  const answer = await platform.ask(sql);
  return answer.data === undefined ? `${String(answer.code)}: ${String(answer.detail)}` : JSON.stringify(answer.data);
}

async function compareValues(cluster: PostgresCluster, platform: OutsidePlatform): Promise<readonly string[]> {
  const problems: string[] = [];
  const texts: readonly (readonly [here: string, there: string])[] = [
    ...['id', 'small', 'whole', 'exact38', 'money', 'day', 'label', 'words', 'key', 'doc'].map((name) => [name, name] as const),
    ['clock', 'clock'],
    ['padded', 'padded'],
  ];
  for (const [here, there] of texts) {
    const ours = await platform.ask(`SELECT coalesce(CAST(${here} AS varchar), '-') FROM pg.public.odd ORDER BY id`);
    const theirs = cluster.psql(`SELECT coalesce(${there}::text, '-') FROM public.odd ORDER BY id`).split('\n');
    const lines = ours.data?.map(([value]) => String(value)) ?? [String(ours.detail)];
    const at = theirs.findIndex((value, index) => value !== lines[index]);
    if (lines.length !== theirs.length || at >= 0) problems.push(`${here}: ${String(lines[at])} is not ${String(theirs[at])}`);
  }
  const sums = await rowsOf(
    platform,
    'SELECT count(real8), count(instant), CAST(min(moment) AS varchar), CAST(max(instant) AS varchar) FROM pg.public.odd',
  );
  const expected = cluster.psql('SELECT count(real8), count(instant), min(moment)::text, max(instant)::text FROM public.odd').split('|');
  if (sums.replaceAll(/[[\]"]/g, '') !== expected.join(',')) problems.push(`instants: ${sums} is not ${expected.join(',')}`);
  return problems;
}

/** The same condition over the outside table, where it may be pushed, and over a copy of its rows, where the engine applies it. */
async function compareConditions(platform: OutsidePlatform): Promise<readonly string[]> {
  const problems: string[] = [];
  for (const condition of CONDITIONS) {
    const [there, here] = await Promise.all(
      ['pg.public.odd', 'copied'].map((table) => rowsOf(platform, `SELECT id FROM ${table} WHERE ${condition} ORDER BY id`)),
    );
    if (there !== here || here?.startsWith('[') !== true)
      problems.push(`${condition}: ${String(there).slice(0, 80)} is not ${String(here).slice(0, 80)}`);
  }
  return problems;
}

async function readsLittle(cluster: PostgresCluster, platform: OutsidePlatform): Promise<readonly string[]> {
  const before = cluster.log().length;
  await platform.ask(
    "SELECT c.label, p.amount FROM copied c JOIN pg.public.pairs p ON p.id = c.id WHERE p.city = 'city 7' AND p.id < 1000",
  );
  const copies = cluster
    .log()
    .slice(before)
    .split('\n')
    .filter((line) => line.includes('COPY ('));
  const isRight = (line: string): boolean =>
    line.includes('SELECT "id"::int8, "amount"::int8 FROM') &&
    line.includes('"city"') &&
    line.includes("'1000'::int8") &&
    !line.includes('"city"::text,');
  return copies.length > 0 && copies.every(isRight) ? [] : [`it was asked: ${copies[0] ?? 'nothing'}`];
}

async function oneSnapshot(cluster: PostgresCluster, platform: OutsidePlatform): Promise<readonly string[]> {
  const total = cluster.psql('SELECT sum(amount) FROM public.pairs');
  const problems: string[] = [];
  for (let round = 0; round < 3; round += 1) {
    const reading = rowsOf(platform, 'SELECT sum(amount), count(DISTINCT id) = count(*) FROM pg.public.pairs');
    for (let move = 0; move < 5; move += 1) {
      cluster.psql('UPDATE public.pairs SET amount = amount + CASE WHEN id % 2 = 0 THEN 1 ELSE -1 END WHERE id <= 20000');
    }
    const seen = await reading;
    if (seen !== `[[${total},true]]` && seen !== `[["${total}",true]]`) problems.push(`the sum is ${seen}, not ${total}`);
  }
  const splits = cluster
    .log()
    .split('\n')
    .filter((line) => line.includes('COPY (') && line.includes('ctid >=')).length;
  return splits > 0 ? problems : ['the table was not read in splits'];
}

async function loseConnection(cluster: PostgresCluster, platform: OutsidePlatform): Promise<readonly string[]> {
  const problems: string[] = [];
  const whole = cluster.psql('SELECT count(*) FROM public.pairs');
  let lost = 0;
  for (let round = 0; round < 4; round += 1) {
    const reading = rowsOf(platform, 'SELECT count(*), max(city) FROM pg.public.pairs');
    await cutOff(cluster, "query LIKE 'COPY (%'", round * 5);
    const seen = await reading;
    if (seen.startsWith('CONNECTOR_')) lost += 1;
    else if (!seen.includes(whole)) problems.push(`it answered ${seen} of ${whole} rows`);
  }
  return lost === 0 && problems.length === 0 ? ['no read was cut off'] : problems;
}

/** A connector that says `exact` of what it does not apply. */
const LIAR: ConnectorPlugin = {
  ...postgresPlugin,
  create: async (config, host) => {
    const connector = await postgresPlugin.create(config, host);
    const plan: typeof connector.plan = async (request) => {
      const honest = await connector.plan({ ...request, filter: [], limit: null });
      return { ...honest, filter: request.filter.map(() => 'exact') };
    };
    return new Proxy(connector, {
      get: (target, key) => (key === 'plan' ? plan : (Reflect.get(target, key) as (() => void) | undefined)?.bind(target)),
    });
  },
};

async function proveMutant(cluster: PostgresCluster): Promise<readonly Check[]> {
  const platform = await startPlatform(cluster, LIAR);
  try {
    const problems = await compareConditions(platform);
    const pass = problems.length > 0;
    return [{ id: 'mutant-exact-lie', value: problems.length, unit: 'problems', target: 'noticed by conditions', pass, note: problems[0] }];
  } finally {
    await platform.close();
  }
}
