import { join } from 'node:path';
import type { Check } from '../proof.ts';
import { seededRandom } from '../seeded-random.ts';
import { proveAgreement } from './agreement.ts';
import { type BuiltFault, plantFaults } from './built-program.ts';
import { proveKills } from './kill-rounds.ts';
import { Platform } from './platform.ts';

/** Faults of one copy of the program, and what must notice them. */
interface Mutant {
  readonly id: string;
  readonly faults: readonly Omit<BuiltFault, 'id'>[];
  notice(platform: Platform, plan: MutantPlan): Promise<Check[]>;
}

interface MutantPlan {
  readonly seed: number;
  readonly log: (line: string) => void;
}

const agree: Mutant['notice'] = (platform, { seed, log }) =>
  proveAgreement(platform, { random: seededRandom(seed), statements: 5, rows: 40, log });

const RUN_STATEMENT = 'sql-gateway/job/run-statement.js';

const MUTANTS: readonly Mutant[] = [
  {
    id: 'view-that-skips-removed-files',
    faults: [{ file: 'sql-gateway/stream/stream-run.js', from: '[[removed, -1], [added, 1]]', to: '[[added, 1]]' }],
    notice: agree,
  },
  {
    id: 'job-that-commits-twice',
    // The pause makes sure that the kill comes between the commit and its note.
    faults: [
      {
        file: RUN_STATEMENT,
        from: 'idempotencyKey: statementKey(spec.jobId, statement),',
        to: 'idempotencyKey: `${spec.jobId}:${Math.random()}`,',
      },
      {
        file: RUN_STATEMENT,
        from: "await job.note({ kind: 'committed', statement, result });",
        to: "await sleep(1500); await job.note({ kind: 'committed', statement, result });",
      },
    ],
    notice: (platform, { seed, log }) =>
      proveKills(platform, { random: seededRandom(seed), rounds: 3, victims: ['server-and-processes'], log }),
  },
];

/** Runs faulty copies of the program: each must make a check fail. */
export async function proveMutants(program: string, directory: string, plan: MutantPlan): Promise<Check[]> {
  const checks: Check[] = [];
  for (const { id, faults, notice } of MUTANTS) {
    const copy = join(directory, id);
    plantFaults(
      program,
      copy,
      faults.map((fault) => ({ ...fault, id })),
    );
    const platform = await Platform.start(copy, join(directory, `${id}-data`));
    try {
      const failed = (await notice(platform, plan)).filter((check) => !check.pass);
      const names = failed.map((check) => check.id).join(', ');
      checks.push({
        id: `mutant-${id}`,
        value: failed.length,
        unit: 'checks',
        target: '>= 1 that fails',
        pass: failed.length > 0,
        note: names,
      });
    } finally {
      await platform.stop();
    }
  }
  return checks;
}
