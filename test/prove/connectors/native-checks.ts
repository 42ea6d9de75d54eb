import { postgresEnginePlugin } from '../../../examples/postgres-connector/postgres-engine-plugin.ts';
import { postgresPlugin } from '../../../examples/postgres-connector/postgres-plugin.ts';
import type { EnginePlugin } from '../../../spi/index.ts';
import { type OutsidePlatform, startOutsidePlatform } from '../../support/outside-platform.ts';
import { CONDITIONS } from './compared-conditions.ts';
import type { PostgresCluster } from './postgres-cluster.ts';

/** Statements that PostgreSQL takes whole. */
const TAKEN: readonly string[] = [
  ...CONDITIONS.slice(0, 12).map((condition) => `SELECT id, label FROM pg.public.odd WHERE ${condition} ORDER BY id`),
  'SELECT count(*), count(label), sum(whole), sum(money), min(label), max(label), min(instant), max(day) FROM pg.public.odd',
  'SELECT label, count(*) AS n, sum(id) FROM pg.public.odd GROUP BY label ORDER BY label NULLS FIRST',
  'SELECT count(DISTINCT label), count(DISTINCT small) FROM pg.public.odd',
  'SELECT label, id FROM pg.public.odd ORDER BY label DESC NULLS LAST, id LIMIT 7 OFFSET 3',
  'SELECT a.id, b.label FROM pg.public.odd a JOIN pg.public.odd b ON a.id = b.whole WHERE a.id < 40 ORDER BY a.id, b.id',
  'SELECT a.id, b.label FROM pg.public.odd a LEFT JOIN pg.public.odd b ON a.whole = b.id AND b.id < 50 WHERE a.id < 40 ORDER BY a.id',
  'SELECT min(real8), max(real8) FROM pg.public.odd WHERE real8 IS NOT NULL',
];

/** Statements that another engine answers: parts that PostgreSQL is not asked for, and tables that are not all its. */
const NOT_TAKEN: readonly string[] = [
  'SELECT upper(label) FROM pg.public.odd WHERE id < 9 ORDER BY id',
  'SELECT count(*) FROM pg.public.odd o JOIN here h ON h.id = o.id',
  'SELECT count(*) FROM here',
  'SELECT 1',
];

/** Asks statements whose tables are all of PostgreSQL of its engine, and of one that gets fetched rows: the answers are the same. */
export async function askNatively({ host, port, user, database }: PostgresCluster): Promise<readonly string[]> {
  const config = { host, port, user, database };
  const platform = await startOutsidePlatform({
    engines: ['engines/olap', configured({ ...config, catalog: 'pg', connections: 4 })],
    connectors: [{ catalog: 'pg', module: postgresPlugin, config }],
  });
  try {
    await platform.ask('CREATE TABLE here AS SELECT id FROM pg.public.odd WHERE id < 100');
    const problems: string[] = [];
    for (const sql of TAKEN) problems.push(...(await compare(platform, sql, 'postgres')));
    for (const sql of NOT_TAKEN) problems.push(...(await compare(platform, sql, 'olap')));
    return problems;
  } finally {
    await platform.close();
  }
}

async function compare(platform: OutsidePlatform, sql: string, engine: string): Promise<readonly string[]> {
  const answer = await platform.ask(sql);
  const other = await platform.ask(sql.replace('SELECT', 'SELECT /*+ ENGINE(olap) */'));
  if (answer.engine !== engine) return [`${sql}: ${String(answer.engine)} answers, ${String(answer.detail)}`];
  const [seen, wanted] = [JSON.stringify(answer.data), JSON.stringify(other.data)];
  return seen === wanted ? [] : [`${sql}: ${seen.slice(0, 120)} is not ${wanted.slice(0, 120)}`];
}

/** The plugin with a configuration of its own: the test's platform gives engines none. */
function configured(config: Readonly<Record<string, string | number>>): EnginePlugin {
  return {
    ...postgresEnginePlugin,
    configSchema: { type: 'object', properties: {} },
    create: (_, host) => postgresEnginePlugin.create(config, host),
  };
}
