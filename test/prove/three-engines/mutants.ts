import { join } from 'node:path';
import type { Check } from '../proof.ts';
import { seededRandom } from '../../../tck/truth/seeded-random.ts';
import { proveAgreement } from './agreement.ts';
import { type BuiltFault, plantFaults } from './built-program.ts';
import { proveKills } from './kill-rounds.ts';
import { Platform } from './platform.ts';

/** Faults of one copy of the program. */
interface Mutant {
  readonly id: string;
  readonly faults: readonly Omit<BuiltFault, 'id'>[];
  /** What the copy is tried by, and whether it must fail there. */
  readonly attack: (platform: Platform, plan: MutantPlan) => Promise<Check[]>;
  readonly mustFail: boolean;
}

interface MutantPlan {
  readonly seed: number;
  readonly log: (line: string) => void;
}

const RUN_STATEMENT = 'sql-gateway/job/run-statement.js';

/** The process kills itself, once, when the second statement of a job is committed and nobody has noted it yet. */
const DEATH_BEFORE_THE_NOTE: Omit<BuiltFault, 'id'> = {
  file: RUN_STATEMENT,
  from: "await job.note({ kind: 'committed', statement, result });",
  to: `const { existsSync, writeFileSync } = await import('node:fs');
        const { resolve } = await import('node:path');
        const mark = resolve(parts.store.workDirectory(job.spec.jobId, 0), '../../../../died');
        if (statement === 2 && !existsSync(mark)) {
          writeFileSync(mark, '');
          process.kill(process.pid, 'SIGKILL');
        }
        await job.note({ kind: 'committed', statement, result });`,
};

const oneKill: Mutant['attack'] = (platform, { seed, log }) =>
  proveKills(platform, { random: seededRandom(seed), rounds: 1, victims: ['server-and-processes'], afterCommit: true, log });

const MUTANTS: readonly Mutant[] = [
  {
    id: 'view-that-skips-removed-files',
    faults: [{ file: 'sql-gateway/stream/stream-run.js', from: '[[removed, -1], [added, 1]]', to: '[[added, 1]]' }],
    attack: (platform, { seed, log }) => proveAgreement(platform, { random: seededRandom(seed), statements: 5, rows: 40, log }),
    mustFail: true,
  },
  { id: 'death-between-commit-and-note', faults: [DEATH_BEFORE_THE_NOTE], attack: oneKill, mustFail: false },
  {
    id: 'job-that-commits-twice',
    faults: [
      DEATH_BEFORE_THE_NOTE,
      { file: RUN_STATEMENT, from: 'preceding), job.keyOf(statement)', to: 'preceding), String(Math.random())' },
    ],
    attack: oneKill,
    mustFail: true,
  },
];

/** Runs copies of the program with faults: those that break a promise must make a check fail. */
export async function proveMutants(program: string, directory: string, plan: MutantPlan): Promise<Check[]> {
  const checks: Check[] = [];
  for (const { id, faults, attack, mustFail } of MUTANTS) {
    const copy = join(directory, id);
    plantFaults(
      program,
      copy,
      faults.map((fault) => ({ ...fault, id })),
    );
    const platform = await Platform.start(copy, join(directory, `${id}-data`));
    try {
      // Late rows are no matter of a few statements.
      const failed = (await attack(platform, plan)).filter((check) => !check.pass && check.id !== 'late-rows');
      checks.push({
        id: mustFail ? `mutant-${id}` : id,
        value: failed.length,
        unit: 'failed checks',
        target: mustFail ? '>= 1' : '0',
        pass: mustFail === failed.length > 0,
        note: failed
          .map((check) => `${check.id}: ${check.note ?? ''}`)
          .join('; ')
          .slice(0, 500),
      });
    } finally {
      await platform.stop();
    }
  }
  return checks;
}
