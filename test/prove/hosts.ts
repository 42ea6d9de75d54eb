import { mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { PlatformError } from '../../spi/index.ts';
import { type ServerProcess, startServerProcess } from '../support/server-process.ts';
import { type HostAttack, HOST_ATTACKS, HOST_MUTANTS } from './hosts/host-attacks.ts';
import { watchOthers } from './hosts/watch-others.ts';
import { mutateSource, type SourceMutant } from './mutate-source.ts';
import type { Check, Proof, ProofOptions } from './proof.ts';

const FAULTY = fileURLToPath(new URL('./hosts/fixture/faulty-plugin.ts', import.meta.url));

/** How long a statement of the faulty engine may run. Units: milliseconds. */
const TIMEOUT_MS = 5000;

/** How long the engine may take to be up again. Units: milliseconds. */
const RETURN_MS = 60_000;

/** Attacks the server from within: an engine in a process of its own misbehaves while others answer. */
export const proof: Proof = {
  name: 'hosts',
  summary:
    'engines that crash, hang, leak, flood and lie in a process of their own harm no other statement and come back; guards taken out are noticed',
  needs: ['linux', 'prlimit'],
  run: async (options) => [...(await attackAll(options)), ...(await proveMutants(options))],
};

async function attackAll({ log }: ProofOptions): Promise<readonly Check[]> {
  return withServer([], async (server) => {
    const checks: Check[] = [];
    for (const attack of HOST_ATTACKS) {
      const { pass, saw } = await runAttack(attack, server);
      log(`  ${attack.id}: ${saw}`);
      const target = `${attack.codes.join(' or ')}; others answer right; the engine comes back`;
      checks.push({ id: attack.id, value: pass, unit: '', target, pass, note: saw });
    }
    return checks;
  });
}

async function proveMutants({ log }: ProofOptions): Promise<readonly Check[]> {
  return withServer(HOST_MUTANTS, async (server) => {
    const checks: Check[] = [];
    for (const mutant of HOST_MUTANTS) {
      const attack = HOST_ATTACKS.find(({ id }) => id === mutant.attack);
      if (attack === undefined) throw new PlatformError('INTERNAL_INVARIANT', `the mutant ${mutant.id} names an unknown attack`);
      const { pass, saw } = await runAttack(attack, server);
      log(`  mutant ${mutant.id}: ${saw}`);
      checks.push({ id: `mutant-${mutant.id}`, value: !pass, unit: '', target: `noticed by ${attack.id}`, pass: !pass, note: saw });
    }
    return checks;
  });
}

interface Verdict {
  readonly pass: boolean;
  readonly saw: string;
}

async function runAttack(attack: HostAttack, server: ServerProcess): Promise<Verdict> {
  if (!(await isUp(server, RETURN_MS))) return { pass: false, saw: 'the engine was not up before the attack' };
  const before = { processId: await processIdOf(server), written: writtenBytes(server) };
  const others = watchOthers(server);
  const code = await askFaulty(server, `fault: ${attack.id}`);
  const back = await cameBack(attack, server, before.processId);
  const seen = await others.stop();
  const writtenMib = (writtenBytes(server) - before.written) / 2 ** 20;
  const problems = [
    ...(attack.codes.includes(code) ? [] : [`code ${code}`]),
    ...(back ? [] : [attack.ends ? 'no new process came' : 'the engine did not answer again']),
    ...(seen.wrong === null ? [] : [`another statement: ${seen.wrong}`]),
    ...(seen.answered > 0 ? [] : ['no other statement was answered']),
    ...(attack.floodsLog !== true || writtenMib <= WRITTEN_MIB_MAX + seen.answered * ANSWER_MIB
      ? []
      : [`the server wrote ${writtenMib.toFixed(1)} MiB`]),
  ];
  const facts = `${code}, ${String(seen.answered)} others answered, the slowest in ${String(Math.round(seen.slowestMs))} ms`;
  return { pass: problems.length === 0, saw: problems.length === 0 ? facts : `${problems.join('; ')} (${facts})` };
}

/** The server writes a few log lines during an attack, and what another statement's answer takes; a flood that is passed on is many times that. */
const WRITTEN_MIB_MAX = 1;
const ANSWER_MIB = 4 / 1024;

/** Bytes that the server wrote to files, sockets and its log. */
function writtenBytes({ pid }: ServerProcess): number {
  return Number(/^wchar: (\d+)$/m.exec(readFileSync(`/proc/${String(pid)}/io`, 'utf8'))?.[1] ?? 0);
}

/** After an attack that ends the process another one must answer, after another attack the same one. */
async function cameBack({ ends }: HostAttack, server: ServerProcess, before: number | null): Promise<boolean> {
  const untilMs = Date.now() + RETURN_MS;
  while (ends && Date.now() < untilMs) {
    const processId = await processIdOf(server);
    if (processId !== null && processId !== before) break;
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  return (!ends || (await processIdOf(server)) !== before) && (await isUp(server, untilMs - Date.now()));
}

async function isUp(server: ServerProcess, timeoutMs: number): Promise<boolean> {
  const untilMs = Date.now() + timeoutMs;
  for (;;) {
    if ((await askFaulty(server, 'nothing')) === 'rows') return true;
    if (Date.now() > untilMs) return false;
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}

/** Returns the error code of a statement on the faulty engine, or `rows`. */
async function askFaulty(server: ServerProcess, text: string): Promise<string> {
  const response = await server.sql(`SELECT /*+ ENGINE(faulty), NO_CACHE */ '${text}' AS said`, { body: { timeoutMs: TIMEOUT_MS } });
  const answer = (await response.json()) as { readonly code?: string; readonly data?: readonly (readonly string[])[] };
  return answer.code ?? (answer.data?.[0]?.[0] === text ? 'rows' : 'other rows');
}

async function processIdOf(server: ServerProcess): Promise<number | null> {
  const { engines } = (await (await server.call('/v1/engines')).json()) as {
    readonly engines: readonly { readonly name: string; readonly health: { readonly details: { readonly processId?: number } } }[];
  };
  return engines.find(({ name }) => name === 'faulty')?.health.details.processId ?? null;
}

async function withServer<Result>(mutants: readonly SourceMutant[], run: (server: ServerProcess) => Promise<Result>): Promise<Result> {
  const root = realpathSync(mkdtempSync(join(tmpdir(), 'trivium-hosts-')));
  let server: ServerProcess | null = null;
  try {
    const config = join(root, 'trivium.yaml');
    writeFileSync(config, `engines:\n  - module: olap\n  - module: ${FAULTY}\n    host: process\n    memoryMb: 1024\n`);
    const source = mutants.length === 0 ? {} : { source: mutateSource(mutants, join(root, 'source')) };
    server = await startServerProcess({ dataDirectory: join(root, 'data'), config, ...source });
    const made = await server.sql('CREATE TABLE numbers AS SELECT n FROM generate_series(1, 1000) AS s(n)');
    if (!made.ok) throw new PlatformError('ENGINE_FAILED', `the table was not made: ${await made.text()}`);
    return await run(server);
  } finally {
    await server?.stop();
    rmSync(root, { recursive: true, force: true });
  }
}
