import { setTimeout as sleep } from 'node:timers/promises';
import type { JobInfo } from '../../../sql-gateway/index.ts';
import { killAll } from '../crash/start-load.ts';
import type { Check } from '../proof.ts';
import { FLIGHT_STEPS, sourceTables } from './flight-job.ts';
import { hasEnded, JobServer } from './job-server.ts';
import { digestTables, lookBehind, referencedFiles, wrongCommits } from './table-facts.ts';

/** How kills are tried. */
export interface KillPlan {
  readonly directory: string;
  readonly kills: number;
  /** Rows of the largest table. */
  readonly flights: number;
  /** Jobs with an executor killed at a steady pace, each beside one that is left alone. */
  readonly pairs: number;
  readonly random: () => number;
  readonly log: (line: string) => void;
}

type Victim = 'executor' | 'server' | 'both';

/** A job meets so many kills at most; the next ones come upon the next job. */
const KILLS_OF_A_JOB = 12;

/** The job is left alone for up to this part of an undisturbed run, from kill to kill. */
const PAUSE_SHARE = 0.25;

const STEADY_MS = 5000;

const SLOWER_MAX = 2;

/** Kills executors, the server, and both at random moments of a job of twelve steps, and of an undisturbed run's answer and commits nothing may be
 *  missing, doubled or left behind; then kills an executor every five seconds, which may cost no more than the time once more. */
export async function killJobs(plan: KillPlan): Promise<readonly Check[]> {
  const attack = new KillAttack(plan);
  try {
    return await attack.run();
  } finally {
    await attack.jobs.stop();
  }
}

class KillAttack {
  readonly jobs: JobServer;
  readonly #plan: KillPlan;
  readonly #schemas: string[] = [];
  readonly #wrong: string[] = [];
  readonly #killed: Record<Victim, number> = { executor: 0, server: 0, both: 0 };
  #expected: ReadonlyMap<string, string> = new Map();

  constructor(plan: KillPlan) {
    this.#plan = plan;
    this.jobs = new JobServer(plan);
  }

  async run(): Promise<readonly Check[]> {
    const { jobs } = this;
    const { kills, log } = this.#plan;
    await jobs.start();
    for (const sql of sourceTables(this.#plan.flights)) await jobs.ask(sql);
    const quietMs = await this.#quietJob();
    this.#expected = await digestTables(jobs, this.#schemas[0] ?? '');
    log(`undisturbed: ${String(Math.round(quietMs))} ms, ${[...this.#expected].map((digest) => digest.join(' ')).join(', ')}`);
    const sum = (): number => Object.values(this.#killed).reduce((total, count) => total + count, 0);
    while (sum() < kills) await this.#killedJob(quietMs, kills - sum());
    const steady = await this.#steadyKills(quietMs);
    const referenced = await referencedFiles(jobs, this.#schemas);
    await jobs.stop();
    const survivors = await jobs.survivors();
    const left = await lookBehind(jobs.dataDirectory, this.#schemas, referenced);
    log(`left behind: ${JSON.stringify({ ...left, survivors })}`);
    const { executor, server, both } = this.#killed;
    const note = `${String(executor)} kills of an executor, ${String(server)} of the server, ${String(both)} of all at once; ${String(this.#schemas.length)} jobs of ${String(FLIGHT_STEPS.length)} steps`;
    const none = (id: string, value: number, unit: string, more = note): Check => ({
      id,
      value,
      unit,
      target: '0',
      pass: value === 0,
      note: more,
    });
    return [
      {
        id: 'kills',
        value: sum(),
        unit: 'kills',
        target: `>= ${String(kills)}`,
        pass: sum() >= kills && executor * server * both > 0,
        note,
      },
      none('wrong-outcomes', this.#wrong.length, 'jobs', this.#wrong.length === 0 ? note : this.#wrong.join('; ').slice(0, 1000)),
      none('work-folders-left', left.workFolders + left.spooled, 'folders'),
      none(
        'files-left-after-the-sweep',
        left.unreferenced + left.lost,
        'files',
        `${String(left.unreferenced)} unreferenced, ${String(left.lost)} lost of ${String(referenced.size)}; ${String(left.swept)} folders swept`,
      ),
      none('processes-left', survivors, 'processes'),
      steady,
    ];
  }

  async #begin(): Promise<string> {
    const schema = `round_${String(this.#schemas.length)}`;
    this.#schemas.push(schema);
    await this.jobs.ask(`CREATE SCHEMA ${schema}`);
    return this.jobs.submit({ steps: FLIGHT_STEPS, session: { schema, engine: 'batch' } });
  }

  async #quietJob(): Promise<number> {
    const startedMs = performance.now();
    const jobId = await this.#begin();
    await this.#judge(await this.jobs.until(jobId, hasEnded));
    return performance.now() - startedMs;
  }

  async #killedJob(quietMs: number, killsMax: number): Promise<void> {
    const { random, log } = this.#plan;
    const jobId = await this.#begin();
    const done: Victim[] = [];
    const isOver = async (): Promise<boolean> => hasEnded(await this.jobs.look(jobId));
    while (done.length < Math.min(KILLS_OF_A_JOB, killsMax)) {
      await sleep(random() * quietMs * PAUSE_SHARE);
      const victim = chooseVictim(random());
      if (await isOver()) break;
      if (await this.#kill(victim)) done.push(victim);
    }
    const job = await this.jobs.until(jobId, hasEnded);
    const wrong = await this.#judge(job);
    log(
      `${this.#schemas.at(-1) ?? ''}: killed ${done.join(', ') || 'nothing'}; ${wrong.length === 0 ? 'as undisturbed' : wrong.join(', ')}`,
    );
  }

  async #kill(victim: Victim): Promise<boolean> {
    const { server } = this.jobs;
    const executors = this.jobs.executors();
    if (victim === 'executor') {
      const pid = executors[Math.floor(this.#plan.random() * executors.length)];
      if (pid === undefined) return false;
      killAll([pid]);
    } else {
      killAll(victim === 'both' ? [server.pid, ...server.children()] : [server.pid]);
      await this.jobs.stop();
      await this.jobs.start();
    }
    this.#killed[victim] += 1;
    return true;
  }

  async #steadyKills(quietMs: number): Promise<Check> {
    const ratios: number[] = [];
    let kills = 0;
    const disturbed = async (): Promise<number> => {
      const startedMs = performance.now();
      const jobId = await this.#begin();
      const timer = setInterval(() => {
        const [pid] = this.jobs.executors();
        if (pid === undefined) return;
        killAll([pid]);
        kills += 1;
      }, STEADY_MS);
      const job = await this.jobs.until(jobId, hasEnded);
      clearInterval(timer);
      const tookMs = performance.now() - startedMs;
      await this.#judge(job);
      return tookMs;
    };
    for (let pair = 0; pair < this.#plan.pairs; pair += 1) {
      const alone = pair === 0 ? quietMs : await this.#quietJob();
      ratios.push((await disturbed()) / alone);
    }
    const ratio = ratios.sort((left, right) => left - right)[Math.floor((ratios.length - 1) / 2)] ?? Number.NaN;
    return {
      id: 'executor-killed-every-5-s',
      value: Number(ratio.toPrecision(3)),
      unit: 'ratio',
      target: `<= ${String(SLOWER_MAX)}`,
      pass: ratio <= SLOWER_MAX && kills > 0,
      note: `median of ${String(ratios.length)} pairs; ${String(kills)} kills; undisturbed ${String(Math.round(quietMs))} ms`,
    };
  }

  async #judge(job: JobInfo): Promise<readonly string[]> {
    const schema = this.#schemas.at(-1) ?? '';
    const wrong: string[] = [];
    if (job.state === 'finished') {
      const digests = await digestTables(this.jobs, schema);
      for (const [table, digest] of this.#expected) {
        if (digests.get(table) !== digest) wrong.push(`${table} is ${digests.get(table) ?? ''}`);
      }
      const snapshotIds = job.statements.map(({ snapshotId }) => snapshotId);
      wrong.push(...(await wrongCommits(this.jobs, schema, snapshotIds)));
    } else {
      wrong.push(`the job is ${job.state}: ${JSON.stringify(job.error)}`);
    }
    if (wrong.length > 0) this.#wrong.push(`${schema}: ${wrong.join(', ')}`);
    return wrong;
  }
}

/** Executors are the most, and the cheapest to kill. */
function chooseVictim(chance: number): Victim {
  if (chance < 0.5) return 'executor';
  return chance < 0.75 ? 'server' : 'both';
}
