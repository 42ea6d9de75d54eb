import { readdirSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { PlatformError, type ScanPlan } from '../../spi/index.ts';
import type { Check, CheckContext, CheckOutcome } from '../check/check.ts';
import { Findings, skipped } from '../check/findings.ts';
import { type PlanCase, prepareCase } from '../check/plan-case.ts';
import { askEngine, runOptions } from '../run/ask-engine.ts';
import type { StartedEngine } from '../run/start-engine.ts';
import { PLAN_CASES } from '../truth/plan-cases.ts';
import { longQuery, runToEnd } from './run-conduct.ts';

const READ_ON = 'docs/plugin-author-guide.md#6-answering';

/** An estimate that says it knows is held to this factor, and a guess to nothing. */
const ROWS_FACTOR = 4;
const KNOWN_CONFIDENCE = 0.8;

/** How often a run is left early: a leak shows in each of them. */
const TIMES_LEFT = 6;

/** Checks of failures, of leaving early and of estimates. */
export const FAILURE_CHECKS: readonly Check[] = [
  {
    id: 'conduct.failure',
    level: 3,
    title: 'A failure in the middle is an error, never a shorter result',
    readOn: READ_ON,
    run: checkFailure,
  },
  {
    id: 'conduct.leaving',
    level: 3,
    title: 'Leaving a result early frees reads, handles, processes and temporary files',
    readOn: READ_ON,
    run: checkLeaving,
  },
  {
    id: 'conduct.estimates',
    level: 3,
    title: 'Estimates are numbers, and those that say they know are near',
    readOn: 'docs/plugin-author-guide.md#3-estimating',
    run: checkEstimates,
  },
];

async function checkFailure(context: CheckContext): Promise<CheckOutcome> {
  const prepared = await longQuery(context);
  if (prepared === null) return skipped('no query over many rows is declared');
  const findings = new Findings();
  const started = await context.start();
  const expect = (where: string, end: string): unknown =>
    findings.expect(
      /^[A-Z]+_[A-Z_]+$/.test(end),
      `${prepared.planCase.sql}, ${where}`,
      'an error with a registered code',
      end === 'end' ? 'a shorter result that looks complete' : end,
    );
  try {
    const { source } = started;
    source.fault = { plan: withoutLastFile };
    expect('while its last file is missing', (await runToEnd(started, await rebound(context, prepared.planCase), {})).end);
    const before = source.frames;
    source.fault = {
      frame: (number) => {
        if (number >= before + 6) throw new PlatformError('STORAGE_CORRUPT', 'the kit breaks the reading here');
      },
    };
    const { end } = await runToEnd(started, await rebound(context, prepared.planCase), {});
    if (source.frames > before) expect('while the host fails in the middle of a read', end);
  } finally {
    await started.close();
  }
  return findings.outcome();
}

/** An engine may keep what it learned of a query: a new one is planned anew. */
function rebound({ world, shared }: CheckContext, planCase: PlanCase) {
  return prepareCase(world, planCase, shared.engine.capabilities);
}

function withoutLastFile(plan: ScanPlan): ScanPlan {
  const splits = plan.splits.map((split, index) => (index === plan.splits.length - 1 ? { ...split, uri: `${split.uri}.gone` } : split));
  return { ...plan, splits };
}

async function checkLeaving(context: CheckContext): Promise<CheckOutcome> {
  const prepared = await longQuery(context);
  if (prepared === null) return skipped('no query over many rows is declared');
  const findings = new Findings();
  const started = await context.start();
  const leave = async (): Promise<void> => {
    const ready = await started.engine.prepare(prepared.query);
    let frames = 0;
    for await (const frame of ready.execute(runOptions()).frames) {
      frames += frame.byteLength > 0 ? 1 : 0;
      if (frames === 2) break;
    }
    await ready.close();
  };
  try {
    // What an engine keeps for later, such as spare processes, is there after the first times.
    await leave();
    await leave();
    await sleep(1500);
    const before = holdings(started);
    for (let time = 0; time < TIMES_LEFT; time += 1) await leave();
    for (const [what, count] of Object.entries(before)) {
      const limit = what === 'reads of the host' ? 0 : count + TIMES_LEFT / 2;
      const after = await settled(() => holdings(started)[what] ?? 0, limit);
      findings.expect(
        after <= limit,
        `${prepared.planCase.sql}, left ${String(TIMES_LEFT)} times after its first batch: ${what}`,
        `no more than before: ${String(count)}`,
        String(after),
      );
    }
  } finally {
    await started.close();
  }
  return findings.outcome();
}

/** Counts what runs hold. Handles and processes are those of this process, where the system tells them. */
function holdings({ source, spoolDirectory }: StartedEngine): Readonly<Record<string, number>> {
  return {
    'reads of the host': source.openReads,
    'open handles': entriesOf('/proc/self/fd', false),
    'child processes': entriesOf(`/proc/${String(process.pid)}/task`, false) === 0 ? 0 : childCount(),
    'temporary files': entriesOf(spoolDirectory, true),
  };
}

function entriesOf(directory: string, recursive: boolean): number {
  try {
    return readdirSync(directory, { recursive }).length;
  } catch {
    // Not every system has these.
    return 0;
  }
}

function childCount(): number {
  const resources = process.getActiveResourcesInfo();
  return resources.filter((name) => name === 'ProcessWrap').length;
}

async function settled(count: () => number, limit: number): Promise<number> {
  const until = Date.now() + 5000;
  while (count() > limit && Date.now() < until) await sleep(50);
  return count();
}

async function checkEstimates(context: CheckContext): Promise<CheckOutcome> {
  const { world, shared } = context;
  const findings = new Findings();
  let known = 0;
  for (const planCase of PLAN_CASES.slice(0, 30)) {
    const prepared = await prepareCase(world, planCase, shared.engine.capabilities);
    if (prepared.undeclared !== null) continue;
    const estimate = await shared.engine.estimate(prepared.query);
    if (estimate.kind === 'refusal') continue;
    const { rows, cpuMs, startupMs, confidence } = estimate;
    const sound = [rows, cpuMs, startupMs].every((number) => Number.isFinite(number) && number >= 0) && confidence >= 0 && confidence <= 1;
    findings.expect(sound, planCase.sql, 'finite numbers that are not negative, and a confidence from 0 to 1', JSON.stringify(estimate));
    if (confidence < KNOWN_CONFIDENCE) continue;
    known += 1;
    const answer = await askEngine(shared.engine, prepared);
    if (answer.kind !== 'rows') continue;
    const near = rows + 1 <= (answer.rows.length + 1) * ROWS_FACTOR && answer.rows.length + 1 <= (rows + 1) * ROWS_FACTOR;
    findings.expect(
      near,
      planCase.sql,
      `rows within a factor of ${String(ROWS_FACTOR)}, as the confidence is ${String(confidence)}: ${String(answer.rows.length)}`,
      String(rows),
    );
  }
  return findings.outcome(`${String(known)} estimates say that they know`);
}
