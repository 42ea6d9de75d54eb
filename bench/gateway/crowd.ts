import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { assert } from '../../spi/index.ts';
import type { Check } from '../../test/prove/proof.ts';
import { compileChild } from '../compile-child.ts';
import { medianInterval, quantile, round } from '../measure.ts';
import { FLIGHT_AGGREGATES } from './flight-aggregates.ts';
import type { GatewayWorld } from './gateway-world.ts';
import { getRequest, openWire, postRequest } from './wire-client.ts';

const CONNECTIONS = 16;

const SECONDS = 2;

const ROUNDS = 7;

/** Computed answers a second, against calls of a prepared statement in the database's own process. */
const COMPUTED_SHARE_MIN = 0.4;

/** Kept answers a second, against a fastify that does nothing. */
const KEPT_SHARE_MIN = 0.6;

/** How many times as long short statements may take while long ones run. */
const BESIDE_LONG_MAX = 1.3;

/** Measures many clients at once: tiny statements computed and kept, and short ones beside long ones. */
export async function measureCrowd(world: GatewayWorld): Promise<readonly Check[]> {
  const folder = mkdtempSync(join(tmpdir(), 'trivium-bench-crowd-'));
  const ping = spawn(process.execPath, [compileChild(join(folder, 'ping'), 'bench/gateway/ping-child.ts')], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  try {
    const direct = compileChild(join(folder, 'direct'), 'bench/gateway/direct-child.ts');
    const pingPort = await portOf(ping);
    const { port, token } = world.server;
    const ask = (sql: string): Buffer => postRequest('/v1/sql', token, 'application/json', { sql });
    world.options.log(`  ${String(CONNECTIONS)} connections, ${String(ROUNDS)} rounds of ${String(SECONDS)} s each`);
    return [
      await rateCheck('crowd-select-1-computed', COMPUTED_SHARE_MIN, 'prepared calls in the process of DuckDB', {
        ours: () => answersPerSecond(port, ask('SELECT /*+ NO_CACHE */ 1')),
        peer: () => Promise.resolve(directPerSecond(direct)),
      }),
      await rateCheck('crowd-select-1-kept', KEPT_SHARE_MIN, 'a bare fastify ping', {
        ours: () => answersPerSecond(port, ask('SELECT 1')),
        peer: () => answersPerSecond(pingPort, getRequest('/ping')),
      }),
      await besideLong(world, ask),
    ];
  } finally {
    ping.kill();
    rmSync(folder, { recursive: true, force: true });
  }
}

async function portOf(child: ChildProcess): Promise<number> {
  assert(child.stdout !== null, 'the output of the process is read');
  const [line] = (await once(child.stdout, 'data')) as [Buffer];
  return Number(line.toString());
}

interface Rates {
  ours(): Promise<number>;
  peer(): Promise<number>;
}

/** In turns, so that what slows the machine slows both. */
async function rateCheck(id: string, shareMin: number, peerName: string, { ours, peer }: Rates): Promise<Check> {
  await ours();
  const rates: { ours: number; peer: number }[] = [];
  for (let turn = 0; turn < ROUNDS; turn += 1) rates.push({ ours: await ours(), peer: await peer() });
  const share = medianInterval(rates.map((each) => each.ours / each.peer));
  const perSecond = (of: 'ours' | 'peer'): string => String(round(medianInterval(rates.map((each) => each[of])).median));
  return {
    id,
    value: round(share.median),
    unit: 'ratio',
    target: `>= ${String(shareMin)}`,
    pass: share.median >= shareMin,
    note: `95% ${String(round(share.low))} to ${String(round(share.high))} of ${String(ROUNDS)} rounds; ${perSecond('ours')} answers a second against ${perSecond('peer')} of ${peerName}, ${String(CONNECTIONS)} connections`,
  };
}

async function answersPerSecond(port: number, request: Buffer): Promise<number> {
  const connections = await Promise.all(Array.from({ length: CONNECTIONS }, () => openWire(port)));
  const startedMs = performance.now();
  let answers = 0;
  await Promise.all(
    connections.map(async (connection) => {
      while (performance.now() - startedMs < SECONDS * 1000) {
        await connection.ask(request);
        answers += 1;
      }
      connection.close();
    }),
  );
  return (answers / (performance.now() - startedMs)) * 1000;
}

function directPerSecond(program: string): number {
  // One thread a call, as the binding needs it.
  const env = { ...process.env, UV_THREADPOOL_SIZE: String(CONNECTIONS + 8) };
  return Number(execFileSync(process.execPath, [program, String(CONNECTIONS), String(SECONDS * 1000)], { env, encoding: 'utf8' }));
}

const SHORT_CLIENTS = 24;

const LONG_CLIENTS = 8;

/** A client of short statements asks so often. */
const PAUSE_MS = 200;

const SHORT_SECONDS = 10;

/** The short statements' 99th percentile alone and beside long ones; what a client waits for is counted from when it wanted to ask. */
async function besideLong({ server: { port }, options: { log } }: GatewayWorld, ask: (sql: string) => Buffer): Promise<Check> {
  log(`  ${String(SHORT_CLIENTS)} clients of short statements, alone and beside ${String(LONG_CLIENTS)} of long ones`);
  const short = ask("SELECT /*+ NO_CACHE */ name, city FROM airports WHERE iata = 'SFO'");
  const long = ask((FLIGHT_AGGREGATES['top-3-delays-by-origin'] ?? '').replace('SELECT', 'SELECT /*+ NO_CACHE */'));
  await shortTimes(port, short);
  const alone = await shortTimes(port, short);
  const stop = new AbortController();
  const crowd = Array.from({ length: LONG_CLIENTS }, async () => {
    const connection = await openWire(port);
    let done = 0;
    while (!stop.signal.aborted) {
      await connection.ask(long);
      done += 1;
    }
    connection.close();
    return done;
  });
  const beside = await shortTimes(port, short);
  stop.abort();
  const longDone = (await Promise.all(crowd)).reduce((sum, each) => sum + each, 0);
  const [aloneMs, besideMs] = [quantile(alone, 0.99), quantile(beside, 0.99)];
  return {
    id: 'crowd-short-beside-long',
    value: round(besideMs / aloneMs),
    unit: 'ratio',
    target: `<= ${String(BESIDE_LONG_MAX)}`,
    pass: besideMs / aloneMs <= BESIDE_LONG_MAX,
    note: `p99 ${String(round(aloneMs))} ms alone, ${String(round(besideMs))} ms beside; p50 ${String(round(quantile(alone, 0.5)))} and ${String(round(quantile(beside, 0.5)))} ms; ${String(alone.length)} and ${String(beside.length)} short statements, ${String(longDone)} long ones`,
  };
}

async function shortTimes(port: number, request: Buffer): Promise<number[]> {
  const times: number[] = [];
  const startedMs = performance.now();
  await Promise.all(
    Array.from({ length: SHORT_CLIENTS }, async (_, client) => {
      const connection = await openWire(port);
      for (
        let wantedMs = startedMs + (client * PAUSE_MS) / SHORT_CLIENTS;
        wantedMs < startedMs + SHORT_SECONDS * 1000;
        wantedMs += PAUSE_MS
      ) {
        await sleep(Math.max(0, wantedMs - performance.now()));
        const askedMs = Math.max(wantedMs, startedMs);
        await connection.ask(request);
        times.push(performance.now() - askedMs);
      }
      connection.close();
    }),
  );
  return times.sort((left, right) => left - right);
}
