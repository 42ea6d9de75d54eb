import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { assert, PlatformError } from '../../spi/index.ts';
import { type ServerProcess, startServerProcess } from '../support/server-process.ts';
import type { Attack, Target, Verdict } from './hostile/attack.ts';
import { FILE_ATTACKS } from './hostile/file-attacks.ts';
import { GUARD_MUTANTS, type GuardMutant } from './hostile/guard-mutants.ts';
import { HTTP_ATTACKS } from './hostile/http-attacks.ts';
import { RESOURCE_ATTACKS } from './hostile/resource-attacks.ts';
import { digestState } from './hostile/state-digest.ts';
import { STATEMENT_ATTACKS } from './hostile/statement-attacks.ts';
import { mutateSource } from './mutate-source.ts';
import type { Check, Proof, ProofOptions } from './proof.ts';

const ATTACKS: readonly Attack[] = [...STATEMENT_ATTACKS, ...FILE_ATTACKS, ...HTTP_ATTACKS, ...RESOURCE_ATTACKS];

/** How long an attack may take before it counts as one that brought the server down. */
const ATTACK_TIMEOUT_MS = 30_000;

/** Attacks a real server over HTTP: each attack must end in a coded error, and leave catalog, rows and files as they were. */
export const proof: Proof = {
  name: 'hostile',
  summary: 'hostile statements, files and requests end in coded errors and change nothing; guards taken out are noticed',
  needs: ['linux'],
  run: async (options) => {
    const [attacks, mutants] = await Promise.all([attackAll(options), proveMutants(options)]);
    return [...attacks, ...mutants];
  },
};

async function attackAll({ log }: ProofOptions): Promise<readonly Check[]> {
  return withTarget([], async (target) => {
    const checks: Check[] = [];
    let before = await digestState(target);
    for (const attack of ATTACKS) {
      const verdict = await runAttack(attack, target);
      const after = await digestState(target).catch((error: unknown) => `no digest: ${String(error)}`);
      const unchanged = after === before;
      before = after;
      const pass = verdict.pass && unchanged;
      const saw = unchanged ? verdict.saw : `STATE CHANGED; ${verdict.saw}`;
      if (!pass) log(`  ${attack.id}: ${saw}`);
      checks.push({ id: attack.id, value: pass, unit: '', target: `${attack.expects}; nothing changed`, pass, note: saw });
    }
    return checks;
  });
}

async function proveMutants({ log }: ProofOptions): Promise<readonly Check[]> {
  const checks: Check[] = [];
  for (const round of [1, 2, 3]) {
    const mutants = GUARD_MUTANTS.filter((mutant) => mutant.round === round);
    await withTarget(mutants, async (target) => {
      for (const mutant of mutants) checks.push(await proveMutant(mutant, target, log));
    });
  }
  return checks;
}

/** Runs the attacks that the guard stands against, on a server without it: one of them has to fail. */
async function proveMutant(mutant: GuardMutant, target: Target, log: ProofOptions['log']): Promise<Check> {
  const noticed: string[] = [];
  for (const id of mutant.attacks) {
    const attack = ATTACKS.find((each) => each.id === id);
    assert(attack !== undefined, `the mutant ${mutant.id} names the unknown attack ${id}`);
    const verdict = await runAttack(attack, target);
    if (!verdict.pass) noticed.push(id);
  }
  if (noticed.length === 0) log(`  mutant ${mutant.id} was not noticed`);
  return {
    id: `mutant-${mutant.id}`,
    value: noticed.length,
    unit: 'attacks',
    target: '>= 1 that notices',
    pass: noticed.length > 0,
    note: `of ${mutant.attacks.join(', ')}: ${noticed.join(', ')}`,
  };
}

async function runAttack(attack: Attack, target: Target): Promise<Verdict> {
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<Verdict>((resolve) => {
    timer = setTimeout(() => {
      resolve({ pass: false, saw: `no end within ${String(ATTACK_TIMEOUT_MS)} ms` });
    }, ATTACK_TIMEOUT_MS);
  });
  try {
    return await Promise.race([attack.run(target), timeout]);
  } catch (error) {
    return { pass: false, saw: `the attack itself failed: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}` };
  } finally {
    clearTimeout(timer);
  }
}

/** Runs something against a server of its own with a table of 1000 rows, over the source as it is or without some guards. */
async function withTarget<Result>(mutants: readonly GuardMutant[], run: (target: Target) => Promise<Result>): Promise<Result> {
  const root = realpathSync(mkdtempSync(join(tmpdir(), 'trivium-hostile-')));
  const target = { allowed: join(root, 'allowed'), outside: join(root, 'outside') };
  mkdirSync(target.allowed);
  mkdirSync(target.outside);
  writeFileSync(join(target.outside, 'secret.csv'), 'n,label\n1,secret\n');
  let server: ServerProcess | null = null;
  try {
    const dataDirectory = join(root, 'data');
    server = await startServerProcess({
      dataDirectory,
      settings: [`files.allowedDirectories=${target.allowed},${dataDirectory}`, `limits.bodyBytesMax=${String(2 ** 20)}`],
      ...(mutants.length === 0 ? {} : { source: mutateSource(mutants, join(root, 'source')) }),
    });
    await prepareTable(server);
    return await run({ ...target, server });
  } finally {
    await server?.stop();
    rmSync(root, { recursive: true, force: true });
  }
}

async function prepareTable(server: ServerProcess): Promise<void> {
  const sql = "CREATE TABLE numbers AS SELECT n, 'label ' || CAST(n AS varchar) AS label FROM generate_series(1, 1000) AS s(n)";
  const response = await server.sql(sql);
  if (!response.ok) throw new PlatformError('ENGINE_FAILED', `the table for the attacks was not made: ${await response.text()}`);
  await response.text();
}
