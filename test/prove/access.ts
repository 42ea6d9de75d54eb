import { mkdirSync, mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { assert } from '../../spi/index.ts';
import { verifyAuditLog } from '../../sql-gateway/index.ts';
import { type ServerProcess, startServerProcess } from '../support/server-process.ts';
import { ACCESS_MUTANTS, type AccessMutant } from './access/access-mutants.ts';
import { type AccessWorld, prepareWorld } from './access/access-world.ts';
import { compareRandomGrants } from './access/random-grants.ts';
import type { Trick } from './access/trick.ts';
import { ALLOWED, TRICKS } from './access/tricks.ts';
import type { Verdict } from './hostile/attack.ts';
import { mutateSource } from './mutate-source.ts';
import type { Check, Proof, ProofOptions } from './proof.ts';

/** Users of a real server try to read, change and learn what they may not: each trick must end in a coded error or an answer without it, and change nothing. */
export const proof: Proof = {
  name: 'access',
  summary: 'tricks of users end in coded errors and change nothing; checks taken out are noticed; random grants agree with a model',
  needs: ['linux'],
  run: async (options) => {
    const first = await withWorld([], async (world) => [
      ...(await tryAll(world, options)),
      ...(await compareRandomGrants(world, options)),
      ...(await checkAudit(world)),
    ]);
    const checks = [...first];
    for (const round of [1, 2, 3, 4]) {
      const mutants = ACCESS_MUTANTS.filter((mutant) => mutant.round === round);
      checks.push(...(await withWorld(mutants, (world) => proveMutants(mutants, world, options))));
    }
    return checks;
  },
};

async function tryAll(world: AccessWorld, { log }: ProofOptions): Promise<readonly Check[]> {
  const checks: Check[] = [];
  for (const [id, user, sql, rows] of ALLOWED) {
    const response = await world.sql(user, sql);
    const text = await response.text();
    const seen = response.ok ? (JSON.parse(text) as { readonly rows: number }).rows : -1;
    if (seen !== rows) log(`  ${id}: ${text.slice(0, 300)}`);
    checks.push({ id, value: seen, unit: 'rows', target: String(rows), pass: seen === rows });
  }
  let before = await digest(world);
  for (const trick of TRICKS) {
    const verdict = await tryOne(trick, world);
    const after = await digest(world);
    const pass = verdict.pass && after === before;
    const saw = after === before ? verdict.saw : `STATE CHANGED from ${before} to ${after}; ${verdict.saw}`;
    before = after;
    if (!pass) log(`  ${trick.id}: ${saw}`);
    checks.push({ id: trick.id, value: pass, unit: '', target: `${trick.expects}; nothing changed`, pass, note: saw });
  }
  return checks;
}

/** What the users did is in the audit log, which is sound and holds none of the secrets. */
async function checkAudit({ server }: AccessWorld): Promise<readonly Check[]> {
  await server.stop();
  const directory = join(server.dataDirectory, 'audit');
  const { records, faults } = await verifyAuditLog(directory);
  const text = readdirSync(directory)
    .map((name) => readFileSync(join(directory, name), 'utf8'))
    .join('');
  const denied = text.match(/"decision":"denied"/g)?.length ?? 0;
  const secrets = /classified|90000\d|SELECT|trv_/.test(text);
  return [
    {
      id: 'audit-log-is-sound',
      value: faults.length,
      unit: 'faults',
      target: '0',
      pass: faults.length === 0,
      note: `${String(records)} records`,
    },
    { id: 'audit-log-tells-denials', value: denied, unit: 'records', target: '>= 30', pass: denied >= 30 },
    { id: 'audit-log-keeps-no-secret', value: secrets, unit: '', target: 'false', pass: !secrets },
  ];
}

async function proveMutants(mutants: readonly AccessMutant[], world: AccessWorld, { log }: ProofOptions): Promise<readonly Check[]> {
  const checks: Check[] = [];
  for (const { id, tricks } of mutants) {
    const noticed: string[] = [];
    for (const name of tricks) {
      const trick = TRICKS.find((each) => each.id === name);
      assert(trick !== undefined, `the mutant ${id} names the unknown trick ${name}`);
      if (noticed.length === 0 && !(await tryOne(trick, world)).pass) noticed.push(name);
    }
    if (noticed.length === 0) log(`  mutant ${id} was not noticed`);
    checks.push({
      id: `mutant-${id}`,
      value: noticed.length,
      unit: 'tricks',
      target: '>= 1 that notices',
      pass: noticed.length > 0,
      note: noticed.join(', '),
    });
  }
  return checks;
}

async function tryOne(trick: Trick, world: AccessWorld): Promise<Verdict> {
  try {
    return await trick.run(world);
  } catch (error) {
    return { pass: false, saw: `the trick itself failed: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}` };
  }
}

/** What no trick may change, as the administrator sees it. */
const STATE = `SELECT 'people' AS what, count(*) AS rows, sum(salary) AS total FROM people UNION ALL SELECT 'open', count(*), sum(n) FROM open
UNION ALL SELECT 'inbox', count(*), sum(n) FROM inbox UNION ALL SELECT 'bobs', count(*), sum(n) FROM bobs
UNION ALL SELECT 'relations', count(*), 0 FROM information_schema.tables UNION ALL SELECT 'columns', count(*), 0 FROM information_schema.columns
UNION ALL SELECT 'staff', count(*), sum(pay) FROM staff UNION ALL SELECT 'policies', count(*), 0 FROM system.policies
UNION ALL SELECT 'grants', count(*), 0 FROM system.grants WHERE object_type NOT IN ('engine', 'function') ORDER BY what`;

async function digest(world: AccessWorld): Promise<string> {
  const answer = await world.sql('admin', STATE);
  const text = await answer.text();
  return answer.ok ? JSON.stringify((JSON.parse(text) as { readonly data: unknown }).data) : text;
}

async function withWorld<Result>(mutants: readonly AccessMutant[], work: (world: AccessWorld) => Promise<Result>): Promise<Result> {
  const root = realpathSync(mkdtempSync(join(tmpdir(), 'trivium-access-')));
  const allowed = join(root, 'allowed');
  mkdirSync(allowed);
  let server: ServerProcess | null = null;
  try {
    server = await startServerProcess({
      dataDirectory: join(root, 'data'),
      settings: [`files.allowedDirectories=${allowed}`, 'audit.enabled=true'],
      ...(mutants.length === 0 ? {} : { source: mutateSource(mutants, join(root, 'source')) }),
    });
    return await work(await prepareWorld(server, allowed));
  } finally {
    await server?.stop();
    rmSync(root, { recursive: true, force: true });
  }
}
