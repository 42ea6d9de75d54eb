import type { Check } from '../proof.ts';
import { COMMITTER_ENTRY } from './committer-entry.ts';
import { type Findings, inspectTable, makeCrashTable } from './inspect-table.ts';
import { describe } from './kill-rounds.ts';
import { type LoadPlan, startLoad } from './start-load.ts';

/** Lets two processes race for one table, with the real committers and with ones that do not compare before they swap. The real ones, with four
 *  appends at a time, must lose nothing; the mutant's losses show that the race is a race. The mutant appends one at a time: it knows of one base. */
export async function raceAppends(directory: string, appends: number, log: (line: string) => void): Promise<Check[]> {
  const real = await race(`${directory}/real`, { committerEntry: COMMITTER_ENTRY.real, parallel: 4, appendsMax: appends, log });
  log(`race: ${describe(real.findings)} of ${String(real.acknowledged)} acknowledged`);
  const mutant = await race(`${directory}/mutant`, {
    committerEntry: COMMITTER_ENTRY.withoutCompare,
    parallel: 1,
    appendsMax: appends,
    log,
  });
  log(`race without compare-and-swap: ${describe(mutant.findings)} of ${String(mutant.acknowledged)} acknowledged`);
  const wanted = 2 * appends;
  return [
    { id: 'race-acknowledged', value: real.acknowledged, unit: 'appends', target: String(wanted), pass: real.acknowledged === wanted },
    { id: 'race-lost', value: real.findings.lost, unit: 'appends', target: '0', pass: real.findings.lost === 0 },
    {
      id: 'mutant-without-compare-and-swap-lost',
      value: mutant.findings.lost,
      unit: 'appends',
      target: '> 0',
      pass: mutant.findings.lost > 0,
      note: `${String(mutant.acknowledged)} acknowledged`,
    },
  ];
}

async function race(
  directory: string,
  plan: Pick<LoadPlan, 'committerEntry' | 'parallel' | 'appendsMax' | 'log'>,
): Promise<{ findings: Findings; acknowledged: number }> {
  await makeCrashTable(directory);
  const loads = [1, 2].map((index) => startLoad({ ...plan, directory, firstId: index * 1_000_000 }));
  await Promise.all(loads.map((load) => load.ready));
  for (const load of loads) load.begin();
  await Promise.all(loads.map((load) => load.ended));
  const acknowledged = new Set(loads.flatMap((load) => [...load.acknowledged]));
  return { findings: await inspectTable(directory, acknowledged), acknowledged: acknowledged.size };
}
