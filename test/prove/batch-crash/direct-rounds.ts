import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { mutateSource } from '../mutate-source.ts';
import type { Check } from '../proof.ts';
import { CRASH_MUTANTS, type CrashMutant, crashPoints } from './crash-mutants.ts';
import { DIRECTED_ATTACKS, LEFT_ALONE } from './directed-attacks.ts';
import { sourceTables } from './flight-job.ts';
import { JobServer } from './job-server.ts';

/** Rows of the table that the attacked jobs read. */
const FLIGHTS = 60_000;

/** What each attack saw: null when all was as it should be. */
type Seen = ReadonlyMap<string, string | null>;

/** Attacks the program at certain moments, as it is and with its guards taken out: each guard must be missed by its attack. */
export async function attackDirectly(directory: string, log: (line: string) => void): Promise<readonly Check[]> {
  const real = await attackProgram(join(directory, 'real'), [], log);
  const attacks = [...real].map(
    ([name, wrong]): Check => ({
      id: name.replaceAll(' ', '-'),
      value: wrong === null,
      unit: '',
      target: 'as undisturbed',
      pass: wrong === null,
      ...(wrong === null ? {} : { note: wrong.slice(0, 500) }),
    }),
  );
  const mutants: Check[] = [];
  for (const [index, program] of CRASH_MUTANTS.entries()) {
    const seen = await attackProgram(join(directory, `mutant-${String(index)}`), program, log);
    mutants.push(...program.map((mutant) => mutantCheck(mutant, seen.get(mutant.attack) ?? null)));
  }
  return [...attacks, ...mutants];
}

function mutantCheck({ id, attack }: CrashMutant, wrong: string | null): Check {
  return {
    id: `mutant-${id}`,
    value: wrong !== null,
    unit: '',
    target: 'caught',
    pass: wrong !== null,
    note: `${attack}: ${wrong ?? 'as undisturbed'}`.slice(0, 300),
  };
}

/** Tries every attack on the program as it is, and on one with guards taken out those that are to notice, after a job that is left alone. */
async function attackProgram(directory: string, mutants: readonly CrashMutant[], log: (line: string) => void): Promise<Seen> {
  const marks = join(directory, 'marks');
  mkdirSync(marks, { recursive: true });
  const source = mutateSource([...crashPoints(marks), ...mutants], join(directory, 'source'));
  const isTried = (name: string): boolean => mutants.length === 0 || name === LEFT_ALONE || mutants.some(({ attack }) => attack === name);
  const seen = new Map<string, string | null>();
  const jobs = new JobServer({ directory, source });
  await jobs.start();
  try {
    for (const sql of sourceTables(FLIGHTS)) await jobs.ask(sql);
    for (const [index, [name, attack]] of Object.entries(DIRECTED_ATTACKS).entries()) {
      if (!isTried(name)) continue;
      const wrong = await attack(jobs, `attacked_${String(index)}`);
      log(`${mutants.length > 0 ? 'without guards, ' : ''}${name}: ${wrong?.slice(0, 300) ?? 'as undisturbed'}`);
      seen.set(name, wrong);
    }
  } finally {
    await jobs.stop();
  }
  return seen;
}
