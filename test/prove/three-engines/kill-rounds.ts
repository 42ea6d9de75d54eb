import { setTimeout as sleep } from 'node:timers/promises';
import { PlatformError } from '../../../spi/index.ts';
import type { Check } from '../proof.ts';
import { compareAnswers, createView, type KeptStatement } from './compare-engines.ts';
import { BASE_TABLE, jobStatements } from './job-script.ts';
import { killNow, multisetOf, type Platform } from './platform.ts';
import { pick, TableChanges, TABLES } from './random-tables.ts';

/** How kills are tried. */
export interface KillPlan {
  readonly random: () => number;
  readonly rounds: number;
  /** What is killed; all of them in turn when left out. */
  readonly victims?: readonly Victim[];
  /** Whether every kill comes right after the job has committed rows; half of them do when left out. */
  readonly afterCommit?: boolean;
  readonly log: (line: string) => void;
}

/** What is killed: the server alone, or with all its processes, or one process of an engine. */
export type Victim = 'server' | 'server-and-processes' | 'executor' | 'view' | 'olap';

const VICTIMS: readonly Victim[] = ['executor', 'server-and-processes', 'view', 'server', 'executor', 'olap'];

const TITLES: Readonly<Record<'executor' | 'view' | 'olap', string>> = {
  executor: 'trivium-batch-executor',
  view: 'trivium-view',
  olap: 'trivium-olap',
};

/** Views that are kept fresh while processes die. */
const KEPT: readonly KeptStatement[] = [
  {
    view: 'by_key',
    watermarked: null,
    sql: 'SELECT k, c, count(*) AS n, sum(amount) AS s, max(d) AS d FROM facts WHERE g GROUP BY k, c',
  },
  {
    view: 'by_name',
    watermarked: null,
    sql: 'SELECT m.name, count(*) AS n, sum(f.j) AS s FROM facts AS f JOIN dims AS m ON f.k = m.k GROUP BY m.name',
  },
  {
    view: 'by_window',
    watermarked: 'events',
    sql: "SELECT window_start, k, count(*) AS n, sum(amount) AS s FROM TABLE(TUMBLE(TABLE events, DESCRIPTOR(ts), INTERVAL '10' SECOND)) GROUP BY window_start, k",
  },
];

/** Units: milliseconds; the latest moment of a kill after the job was handed in. */
const KILL_AFTER_MS_MAX = 2500;

/** How long a client sends a statement again. Units: milliseconds. */
const SENDING_MS_MAX = 60_000;

/** Kills processes at random moments while a job runs, tables change and views are kept: both must end as they would have undisturbed. */
export async function proveKills(platform: Platform, plan: KillPlan): Promise<Check[]> {
  const changes = new TableChanges(plan.random);
  for (const sql of [...TABLES, ...changes.first(40), ...BASE_TABLE]) await platform.ask(sql);
  for (const kept of KEPT) await createView(platform, kept);
  for (const sql of jobStatements('undisturbed')) await platform.ask(sql);
  const expected = JSON.stringify(multisetOf(await platform.ask('SELECT * FROM undisturbed')));
  const victims = plan.victims ?? VICTIMS;
  const wrong = { jobs: [] as string[], views: [] as string[] };
  let kills = 0;
  for (let round = 1; round <= plan.rounds; round += 1) {
    const victim = victims[(round - 1) % victims.length] ?? 'server';
    const table = `job_${String(round)}`;
    const jobId = String((await platform.send('/v1/jobs', { statements: jobStatements(table) }))['jobId']);
    const changed = Promise.all(
      [0, 1].map((index) => untilAnswered(platform, changes.next(15), `change-${String(round)}-${String(index)}`)),
    );
    kills += await killSometime(platform, victim, { ...plan, table });
    await changed;
    const state = await platform.untilEnded(jobId);
    const rows = state === 'finished' ? JSON.stringify(multisetOf(await platform.ask(`SELECT * FROM ${table}`))) : state;
    if (rows !== expected) wrong.jobs.push(`${victim} in round ${String(round)}: ${rows.slice(0, 200)}`);
    wrong.views.push(...(await wrongViews(platform)).map((difference) => `${victim} in round ${String(round)}: ${difference}`));
    plan.log(`kill ${String(round)} (${victim}): ${String(wrong.jobs.length)} wrong jobs, ${String(wrong.views.length)} wrong views`);
  }
  return checksOf(plan, kills, wrong);
}

function checksOf({ rounds }: KillPlan, kills: number, wrong: Readonly<Record<'jobs' | 'views', readonly string[]>>): Check[] {
  const check = (id: string, found: readonly string[]): Check => ({
    id,
    value: found.length,
    unit: 'times',
    target: '0',
    pass: found.length === 0,
    note: found.length === 0 ? `${String(rounds)} rounds` : found.join(' | ').slice(0, 2000),
  });
  return [
    { id: 'kills', value: kills, unit: 'processes', target: `>= ${String(rounds)}`, pass: kills >= rounds },
    check('jobs-that-end-otherwise', wrong.jobs),
    check('views-that-end-otherwise', wrong.views),
  ];
}

async function wrongViews(platform: Platform): Promise<readonly string[]> {
  const stale = await platform.untilFresh();
  if (stale !== null) return [`never fresh: ${stale}`];
  const wrong: string[] = [];
  for (const kept of KEPT) {
    const { difference } = await compareAnswers(platform, kept);
    if (difference !== null) wrong.push(`${kept.view}: ${difference}`);
  }
  const { rows } = await platform.ask('SELECT count(*) - count(DISTINCT id) FROM facts');
  return rows[0]?.[0] === 0 ? wrong : [...wrong, `${String(rows[0]?.[0])} rows are there twice`];
}

/** Half of the kills come at any moment, the others right after the job has committed rows. Returns how many processes were killed. */
async function killSometime(
  platform: Platform,
  victim: Victim,
  { random, table, afterCommit = false }: KillPlan & { readonly table: string },
): Promise<number> {
  // Executors are there only while a statement runs, so their moment is the first one or the one after the first commit.
  if (!afterCommit && random() < 0.5) await sleep(random() * (victim === 'executor' ? 300 : KILL_AFTER_MS_MAX));
  else {
    await untilRows(platform, table);
    await sleep(random() * 300);
  }
  if (victim === 'server' || victim === 'server-and-processes') {
    await platform.restart(victim === 'server-and-processes');
    return 1;
  }
  for (let waited = 0; waited < 1000; waited += 1) {
    const alive = platform.processes(TITLES[victim]);
    if (alive.length > 0 && killNow(pick(random, alive))) return 1;
    await sleep(20);
  }
  // The job has ended already: no process of this kind is there any more.
  return 0;
}

async function untilRows(platform: Platform, table: string): Promise<void> {
  for (let waited = 0; waited < 1000; waited += 1) {
    const rows = await platform.ask(`SELECT count(*) FROM ${table}`).then(
      (answer) => Number(answer.rows[0]?.[0]),
      // The table is not there yet, or the server is not there any more, which is what was to come anyway.
      (error: unknown) => (PlatformError.from(error, 'INTERNAL_INVARIANT').code === 'INTERNAL_UNAVAILABLE' ? Infinity : 0),
    );
    if (rows > 0) return;
    await sleep(20);
  }
}

/** Sends a statement again under its key until it is answered, as a careful client does.
 *  @throws what the server says about the statement itself */
async function untilAnswered(platform: Platform, sql: string, key: string): Promise<void> {
  const until = Date.now() + SENDING_MS_MAX;
  for (;;) {
    try {
      await platform.ask(sql, key);
      return;
    } catch (error) {
      const coded = PlatformError.from(error, 'INTERNAL_INVARIANT');
      const passes = coded.code === 'INTERNAL_UNAVAILABLE' || PASSING.has(String(coded.details['code']));
      if (!passes || Date.now() > until) throw error;
      await sleep(300);
    }
  }
}

/** Codes of answers after which the same statement is worth another try. */
const PASSING: ReadonlySet<string> = new Set([
  'ENGINE_LOST',
  'ENGINE_UNAVAILABLE',
  'INTERNAL_UNAVAILABLE',
  'STORAGE_CONFLICT',
  'STORAGE_OUTCOME_UNKNOWN',
]);
