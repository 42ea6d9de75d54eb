import { setTimeout as sleep } from 'node:timers/promises';
import { PlatformError } from '../../../spi/index.ts';
import { type ServerProcess, startServerProcess } from '../../support/server-process.ts';
import type { Check } from '../proof.ts';
import { type Findings, judgeHalves } from './inspect-table.ts';
import { describe, type KillPlan } from './kill-rounds.ts';
import { killAll } from './start-load.ts';

/** Clients of each kind: half of them insert by SQL, half send rows. */
const CLIENTS = 8;

/** What clients were told so far. */
interface Told {
  nextId: number;
  readonly acknowledged: Set<number>;
  /** Ingests that got no answer; they are sent again under their keys. */
  readonly unanswered: Set<number>;
  readonly refused: Map<string, number>;
}

/** Attacks a whole server under inserts and ingests over HTTP: in each round its committer is killed first, which the server must survive,
 *  then the server and all its processes at once; a new server on the same data must have every acknowledged write exactly once, also the ingests
 *  that got no answer and are sent again. */
export async function killServers(plan: KillPlan): Promise<Check[]> {
  const told: Told = { nextId: 1, acknowledged: new Set(), unanswered: new Set(), refused: new Map() };
  const worst = { lost: 0, halved: 0, doubled: 0 };
  let survived = 0;
  let server = await startServerProcess({ dataDirectory: plan.directory });
  await expectOk(await server.sql('CREATE TABLE appends (id BIGINT NOT NULL, half INTEGER NOT NULL)'));
  for (let round = 1; round <= plan.rounds; round += 1) {
    const stop = new AbortController();
    const clients = Array.from({ length: CLIENTS }, (_, client) => writeUntil(server, told, client % 2 === 0, stop.signal));
    await untilMore(told, CLIENTS / 2);
    await sleep(plan.random() * 500);
    killAll(server.children('trivium-committer'));
    if (await untilMore(told, CLIENTS)) survived += 1;
    await sleep(plan.random() * 500);
    killAll([server.pid, ...server.children()]);
    stop.abort();
    await Promise.all(clients);
    server = await startServerProcess({ dataDirectory: plan.directory });
    await sendAgain(server, told);
    const findings = judgeHalves(await readHalves(server), told.acknowledged);
    plan.log(`server kill ${String(round)}: ${String(told.acknowledged.size)} acknowledged, ${describe(findings)}`);
    worst.lost += findings.lost;
    worst.halved += findings.halved;
    worst.doubled += findings.doubled;
  }
  await server.stop();
  return checksOf(plan, told, worst, survived);
}

function checksOf(plan: KillPlan, told: Told, worst: Pick<Findings, 'lost' | 'halved' | 'doubled'>, survived: number): Check[] {
  const refused = [...told.refused].map(([code, count]) => `${code} ${String(count)}`).join(', ');
  const note = `${String(told.acknowledged.size)} acknowledged over HTTP; not acknowledged: ${refused === '' ? 'none' : refused}`;
  const none = (name: string, value: number): Check => ({
    id: `server-${name}`,
    value,
    unit: 'writes',
    target: '0',
    pass: value === 0,
    note,
  });
  const target = String(plan.rounds);
  return [
    { id: 'server-goes-on-without-its-committer', value: survived, unit: 'times', target, pass: survived === plan.rounds },
    none('lost', worst.lost),
    none('halved', worst.halved),
    none('doubled', worst.doubled),
  ];
}

async function writeUntil(server: ServerProcess, told: Told, bySql: boolean, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    const id = told.nextId;
    told.nextId += 1;
    try {
      const response = bySql ? await insert(server, id) : await ingest(server, id);
      const text = await response.text();
      if (response.ok) told.acknowledged.add(id);
      else count(told, /"code":"(\w+)"/.exec(text)?.[1] ?? String(response.status));
    } catch {
      // The connection broke: nobody was told anything.
      if (!bySql) told.unanswered.add(id);
      count(told, 'connection lost');
      await sleep(50);
    }
  }
}

/** What was not answered may have been committed or not; under its key it must end up committed once. */
async function sendAgain(server: ServerProcess, told: Told): Promise<void> {
  for (const id of told.unanswered) {
    await expectOk(await ingest(server, id));
    told.acknowledged.add(id);
  }
  told.unanswered.clear();
}

function count(told: Told, what: string): void {
  told.refused.set(what, (told.refused.get(what) ?? 0) + 1);
}

function insert(server: ServerProcess, id: number): Promise<Response> {
  return server.sql(`INSERT INTO appends VALUES (${String(id)}, 1), (${String(id)}, 2)`);
}

function ingest(server: ServerProcess, id: number): Promise<Response> {
  return server.call('/v1/tables/main/appends/rows', {
    method: 'POST',
    headers: { 'content-type': 'application/x-ndjson', 'idempotency-key': `ingest-${String(id)}` },
    body: `{"id":${String(id)},"half":1}\n{"id":${String(id)},"half":2}\n`,
  });
}

/** Waits for some more acknowledgements; false when they do not come. */
async function untilMore(told: Told, more: number): Promise<boolean> {
  const wanted = told.acknowledged.size + more;
  for (let waited = 0; waited < 300; waited += 1) {
    if (told.acknowledged.size >= wanted) return true;
    await sleep(100);
  }
  return false;
}

async function readHalves(server: ServerProcess): Promise<ReadonlyMap<number, ReadonlyMap<number, number>>> {
  const response = await server.sql('SELECT id, half, count(*) AS n FROM appends GROUP BY id, half');
  const { data } = (await (await expectOk(response)).json()) as { readonly data: readonly (readonly (number | string)[])[] };
  const halves = new Map<number, Map<number, number>>();
  for (const [id, half, n] of data) {
    const counts = halves.get(Number(id)) ?? new Map<number, number>();
    counts.set(Number(half), Number(n));
    halves.set(Number(id), counts);
  }
  return halves;
}

async function expectOk(response: Response): Promise<Response> {
  if (!response.ok)
    throw new PlatformError('INTERNAL_INVARIANT', `The server answered ${String(response.status)}: ${await response.text()}`);
  return response;
}
