import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { localFileSystem } from '../../storage/file/local-file-system.ts';
import { openArena } from './io-faults/arena.ts';
import { SCENARIOS, type Scenario } from './io-faults/commit-scenarios.ts';
import { type DiskMutant, type Fault, FAULTS } from './io-faults/faulty-disk.ts';
import { countTornFiles, fileSystemThatIgnoresCounts } from './io-faults/short-writes.ts';
import { tryFaults } from './io-faults/try-faults.ts';
import type { Check, Proof } from './proof.ts';
import { seededRandom } from '../../tck/truth/seeded-random.ts';

/** Files that are written while the operating system takes fewer bytes than it is given. */
const SHORT_WRITES = 200;

/** A quick run leaves the other faults to the full one: those two are tried at every operation of these kinds of commits. */
const QUICK: Partial<Record<Fault, readonly string[]>> = {
  'power-cut': SCENARIOS.map(({ name }) => name),
  'torn-write': ['append', 'multi-table'],
};

/** Whether a commit on a disk that fails is done whole or not at all. */
export const proof: Proof = {
  name: 'io-faults',
  summary:
    'every operation of every kind of commit fails once in each way, also together with the machine: nothing is torn or lost; mutants are caught',
  async run({ quick, seed, log }) {
    const directory = mkdtempSync(join(tmpdir(), 'trivium-io-faults-'));
    try {
      const checks: Check[] = [];
      for (const fault of FAULTS) {
        const scenarios = quick ? SCENARIOS.filter(({ name }) => QUICK[fault]?.includes(name) === true) : SCENARIOS;
        if (scenarios.length === 0) continue;
        const { steps, wrong } = await sweepFaults(join(directory, fault), fault, null, scenarios);
        log(`${fault}: ${String(steps)} operations failed, ${String(wrong.length)} wrong`);
        checks.push({
          id: fault,
          value: wrong.length,
          unit: 'wrong states',
          target: '0',
          pass: wrong.length === 0 && steps > 0,
          note: noteOf(steps, wrong),
        });
      }
      for (const mutant of ['without-fsync', 'without-folder-fsync', 'acknowledge-before-write'] as const) {
        const { wrong } = await sweepFaults(join(directory, mutant), 'power-cut', mutant, SCENARIOS.slice(0, 1));
        checks.push(caught(mutant, wrong[0] ?? null));
      }
      const torn = await countTornFiles(join(directory, 'short'), localFileSystem(), seededRandom(seed), SHORT_WRITES);
      checks.push({
        id: 'short-writes-torn',
        value: torn,
        unit: 'files',
        target: '0',
        pass: torn === 0,
        note: `${String(SHORT_WRITES)} files`,
      });
      const ignored = await countTornFiles(join(directory, 'short-mutant'), fileSystemThatIgnoresCounts, seededRandom(seed), SHORT_WRITES);
      checks.push(caught('ignores-short-counts', ignored === 0 ? null : `${String(ignored)} torn files`));
      return checks;
    } finally {
      rmSync(directory, { recursive: true, force: true });
    }
  },
};

async function sweepFaults(directory: string, fault: Fault, mutant: DiskMutant | null, scenarios: readonly Scenario[]) {
  const total = { steps: 0, wrong: [] as string[] };
  for (const scenario of scenarios) {
    const arena = await openArena(join(directory, scenario.name), mutant);
    try {
      const { steps, wrong } = await tryFaults(arena, scenario, fault);
      total.steps += steps;
      total.wrong.push(...wrong);
    } finally {
      await arena.parts.store.close();
    }
  }
  return total;
}

const caught = (mutant: string, what: string | null): Check => ({
  id: `mutant-${mutant}`,
  value: what !== null,
  unit: '',
  target: 'caught',
  pass: what !== null,
  note: what?.slice(0, 200),
});

const noteOf = (steps: number, wrong: readonly string[]): string =>
  `${String(steps)} operations${wrong.length === 0 ? '' : `; ${wrong.slice(0, 3).join('; ').slice(0, 600)}`}`;
