import { setTimeout as sleep } from 'node:timers/promises';
import type { Check } from '../proof.ts';
import { COMMITTER_ENTRY } from './committer-entry.ts';
import { type Findings, inspectTable, makeCrashTable } from './inspect-table.ts';
import { descendants, killAll, type Load, startLoad } from './start-load.ts';

/** How a kind of crash is tried. */
export interface KillPlan {
  readonly directory: string;
  readonly rounds: number;
  readonly random: () => number;
  readonly log: (line: string) => void;
}

/** Appends of one process that run at a time; two processes make eight. */
const PARALLEL = 4;

/** Kills two loading processes and their committers at once, again and again, at random instants.
 *  Every acknowledged append must be there exactly once after each crash, and none by half. */
export async function killGroups(plan: KillPlan): Promise<Check[]> {
  await makeCrashTable(plan.directory);
  const acknowledged = new Set<number>();
  const worst = { lost: 0, halved: 0, doubled: 0, failures: 0 };
  for (let round = 0; round < plan.rounds; round += 1) {
    const loads = [0, 1].map((index) => startRound(plan, (round * 2 + index + 1) * 1_000_000));
    await Promise.all(loads.map((load) => load.ready));
    await sleep(200 + plan.random() * 1200);
    killAll(loads.flatMap((load) => [load.pid, ...descendants(load.pid)]));
    await Promise.all(loads.map((load) => load.ended));
    for (const load of loads) for (const id of load.acknowledged) acknowledged.add(id);
    const findings = await inspectTable(plan.directory, acknowledged);
    plan.log(`group kill ${String(round + 1)}: ${String(acknowledged.size)} acknowledged, ${describe(findings)}`);
    add(worst, findings);
  }
  return checksOf('kill-group', worst, acknowledged.size, plan.rounds);
}

/** Kills the committer alone, again and again, under one process that goes on appending; the process must survive and lose nothing. */
export async function killCommitters(plan: KillPlan): Promise<Check[]> {
  await makeCrashTable(plan.directory);
  const load = startLoad({
    directory: plan.directory,
    committerEntry: COMMITTER_ENTRY.real,
    firstId: 1,
    parallel: 2 * PARALLEL,
    appendsMax: 0,
    log: plan.log,
  });
  await load.ready;
  for (let round = 0; round < plan.rounds; round += 1) {
    await sleep(300 + plan.random() * 700);
    killAll(descendants(load.pid));
    const before = load.acknowledged.size;
    for (let waited = 0; waited < 100 && load.acknowledged.size < before + 2 * PARALLEL; waited += 1) await sleep(100);
    plan.log(
      `committer kill ${String(round + 1)}: ${String(before)} acknowledged before, ${String(load.acknowledged.size)} after the restart`,
    );
  }
  const survived = load.acknowledged.size;
  killAll([load.pid, ...descendants(load.pid)]);
  await load.ended;
  const findings = await inspectTable(plan.directory, load.acknowledged);
  plan.log(`committer kills: ${describe(findings)}; errors told: ${load.errors.join(', ') || 'none'}`);
  const worst = { lost: 0, halved: 0, doubled: 0, failures: 0 };
  add(worst, findings);
  return checksOf('kill-committer', worst, survived, plan.rounds);
}

function startRound(plan: KillPlan, firstId: number): Load {
  const { directory, log } = plan;
  return startLoad({ directory, committerEntry: COMMITTER_ENTRY.real, firstId, parallel: PARALLEL, appendsMax: 0, log });
}

/** Tells findings in one line. */
export function describe(findings: Findings): string {
  if (findings.failure !== null) return `unreadable: ${findings.failure}`;
  return `${String(findings.rows)} there, ${String(findings.lost)} lost, ${String(findings.halved)} by half, ${String(findings.doubled)} doubled`;
}

function add(worst: { lost: number; halved: number; doubled: number; failures: number }, findings: Findings): void {
  worst.lost += findings.lost;
  worst.halved += findings.halved;
  worst.doubled += findings.doubled;
  if (findings.failure !== null) worst.failures += 1;
}

function checksOf(
  id: string,
  worst: Record<'lost' | 'halved' | 'doubled' | 'failures', number>,
  acknowledged: number,
  rounds: number,
): Check[] {
  const note = `${String(acknowledged)} acknowledged appends, ${String(rounds)} kills`;
  const none = (name: string, value: number): Check => ({
    id: `${id}-${name}`,
    value,
    unit: 'appends',
    target: '0',
    pass: value === 0,
    note,
  });
  return [
    { id: `${id}-acknowledged`, value: acknowledged, unit: 'appends', target: `>= ${String(rounds)}`, pass: acknowledged >= rounds, note },
    none('lost', worst.lost),
    none('halved', worst.halved),
    none('doubled', worst.doubled),
    { ...none('unreadable', worst.failures), unit: 'times' },
  ];
}
