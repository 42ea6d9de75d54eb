import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import type { Duplex } from 'node:stream';
import { fileURLToPath } from 'node:url';
import type { BoundQuery, Engine } from '../spi/index.ts';
import { ENGINE_HOST_KINDS, type EngineHostKind, type EngineRegistry, loadEngines } from '../sql-gateway/index.ts';
import { bound, createParquetTables, type ParquetTables } from '../test/support/parquet-tables.ts';
import { INTEGER, lit, plan, scan, values } from '../test/support/plan-builder.ts';
import { runOptions } from '../test/support/result-rows.ts';
import type { Check, Proof, ProofOptions } from '../test/prove/proof.ts';
import { elapsedMs, medianInterval, round } from './measure.ts';

/** What a statement may take more in a process than in process. Units: milliseconds. */
const STATEMENT_MS_MAX = 0.3;

/** What a large result may take, against in process. */
const LARGE_RATIO_MAX = 1.3;

const LARGE_ROWS = 10_000_000;

/** Measures what it costs that an engine runs in a worker thread or a child process. */
export const benchmark: Proof = {
  name: 'hosts',
  summary: 'a small statement and a result of ten million rows of engines in process, in a worker thread and in a child process',
  needs: ['linux'],
  run: async (options) => {
    const tables = await createParquetTables();
    const registries = new Map<EngineHostKind, EngineRegistry>();
    try {
      const rows = options.quick ? LARGE_ROWS / 10 : LARGE_ROWS;
      await tables.add(
        'large',
        `SELECT i::INTEGER AS a, (i * 7)::INTEGER AS b, (i % 1000)::INTEGER AS c, (-i)::INTEGER AS d FROM range(${String(rows)}) t(i)`,
      );
      for (const kind of ENGINE_HOST_KINDS) registries.set(kind, await openEngines(kind, tables));
      const engineOf = (kind: EngineHostKind, name: string): Engine => {
        const registry = registries.get(kind);
        return (registry as EngineRegistry).get(name).engine;
      };
      return [
        await measureSocket(options),
        ...(await measureSmall('hello', engineOf, options)),
        ...(await measureSmall('olap', engineOf, options)),
        ...(await measureCpu('hello', engineOf)),
        ...(await measureLarge(rows, engineOf, options)),
      ];
    } finally {
      for (const registry of registries.values()) await registry.close();
      await tables.close();
    }
  },
};

type EngineOf = (kind: EngineHostKind, name: string) => Engine;

function openEngines(
  kind: EngineHostKind,
  { host: { tables, log, spoolDirectory, dataDirectory } }: ParquetTables,
): Promise<EngineRegistry> {
  const module = (path: string): string => fileURLToPath(new URL(`../${path}/index.ts`, import.meta.url));
  return loadEngines(
    [
      { module: module('examples/hello-engine'), config: {}, host: kind },
      { module: module('engines/olap'), config: { spares: 1, processesMax: 1, memoryBytesMax: 2 ** 30 }, host: kind },
    ],
    { tables, log, spoolDirectory: `${spoolDirectory}-${kind}`, dataDirectory },
  );
}

/** Does what the server does with a statement: asks for an estimate, prepares, and reads the result. */
async function runOnce(engine: Engine, query: BoundQuery): Promise<number> {
  await engine.estimate(query);
  const prepared = await engine.prepare(query);
  let bytes = 0;
  for await (const frame of prepared.execute(runOptions({ deadlineAtMs: Date.now() + 600_000 })).frames) bytes += frame.byteLength;
  await prepared.close();
  return bytes;
}

/** Measures all hosts in turn, so that what slows the machine slows all of them. */
async function measureHosts(
  rounds: number,
  run: (kind: EngineHostKind) => Promise<unknown>,
): Promise<ReadonlyMap<EngineHostKind, number[]>> {
  const times = new Map<EngineHostKind, number[]>(ENGINE_HOST_KINDS.map((kind) => [kind, []]));
  for (let turn = -Math.ceil(rounds / 10); turn < rounds; turn += 1) {
    for (const kind of ENGINE_HOST_KINDS) {
      const ms = await elapsedMs(() => run(kind));
      if (turn >= 0) times.get(kind)?.push(ms);
    }
  }
  return times;
}

/** Bytes of a short query as a message, about. */
const MESSAGE_BYTES = 600;

/** A statement asks an engine twice at least: what it would cost, and for its rows. */
const ROUND_TRIPS = 2;

/** Measures what no host in a process can do without: the same bytes there and back, over a socket as a child has it, with nothing done at either end. */
async function measureSocket({ quick }: ProofOptions): Promise<Check> {
  const path = fileURLToPath(new URL('./echo-child.ts', import.meta.url));
  const child = spawn(process.execPath, ['--import', 'tsx', path], { stdio: ['ignore', 'inherit', 'inherit', 'pipe'] });
  const socket = child.stdio[3] as Duplex;
  const message = Buffer.alloc(MESSAGE_BYTES);
  let missing = 0;
  let onWhole: () => void = () => undefined;
  socket.on('data', (bytes: Buffer) => {
    missing -= bytes.length;
    if (missing === 0) onWhole();
  });
  const ping = (): Promise<void> =>
    new Promise((resolve) => {
      missing = MESSAGE_BYTES;
      onWhole = resolve;
      socket.write(message);
    });
  const times: number[] = [];
  for (let turn = -50; turn < (quick ? 200 : 1000); turn += 1) {
    const ms = await elapsedMs(async () => {
      for (let trip = 0; trip < ROUND_TRIPS; trip += 1) await ping();
    });
    if (turn >= 0) times.push(ms);
  }
  socket.end();
  const { median, low, high, samples } = medianInterval(times);
  const note = `95% ${round(low)} to ${round(high)} of ${samples} turns; ${ROUND_TRIPS} round trips of ${MESSAGE_BYTES} bytes, bare`;
  return { id: 'socket-limit', value: round(median), unit: 'ms', target: 'told', pass: true, note };
}

async function measureSmall(name: string, engineOf: EngineOf, { quick, log }: ProofOptions): Promise<readonly Check[]> {
  log(`  ${name}: a statement of one row in each host`);
  // A query of its own each time: none is known from before.
  const query = (): BoundQuery => bound(plan(values([[1, INTEGER]], [[lit(1)]])));
  const times = await measureHosts(quick ? 200 : 1000, (kind) => runOnce(engineOf(kind, name), query()));
  const base = times.get('in-process') ?? [];
  return (['worker', 'process'] as const).map((kind) => {
    const own = times.get(kind) ?? [];
    const more = medianInterval(own.map((ms, turn) => ms - (base[turn] ?? Number.NaN)));
    const note = `95% ${round(more.low)} to ${round(more.high)} of ${more.samples} turns; in process ${round(medianInterval(base).median)} ms, ${kind} ${round(medianInterval(own).median)} ms; estimate, prepare, execute, close`;
    const judged = kind === 'process';
    const target = judged ? `<= ${STATEMENT_MS_MAX}` : 'told';
    return {
      id: `${name}-statement-${kind}`,
      value: round(more.median),
      unit: 'ms more',
      target,
      pass: !judged || more.median <= STATEMENT_MS_MAX,
      note,
    };
  });
}

/** Statements of a block whose processor time is measured: enough for ticks of 10 ms. */
const BLOCK = 500;

/** Processor time counts what the work costs wherever it is done, and nothing of what other programs of the machine do meanwhile. */
async function measureCpu(name: string, engineOf: EngineOf): Promise<readonly Check[]> {
  const least = new Map<EngineHostKind, number>();
  for (let block = 0; block < 5; block += 1) {
    for (const kind of ENGINE_HOST_KINDS) {
      const engine = engineOf(kind, name);
      const processId = (await engine.health()).details['processId'];
      const cpuMs = (): number => ownCpuMs() + (typeof processId === 'number' ? cpuMsOf(processId) : 0);
      const beforeMs = cpuMs();
      for (let statement = 0; statement < BLOCK; statement += 1) await runOnce(engine, bound(plan(values([[1, INTEGER]], [[lit(1)]]))));
      least.set(kind, Math.min(least.get(kind) ?? Infinity, (cpuMs() - beforeMs) / BLOCK));
    }
  }
  const base = least.get('in-process') ?? Number.NaN;
  return (['worker', 'process'] as const).map((kind) => {
    const own = least.get(kind) ?? Number.NaN;
    const note = `least of 5 blocks of ${BLOCK} statements; in process ${round(base)} ms, ${kind} ${round(own)} ms of processor time on both sides`;
    return { id: `${name}-statement-${kind}-cpu`, value: round(own - base), unit: 'ms more', target: 'told', pass: true, note };
  });
}

function ownCpuMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

/** Processor time of another process, which Linux tells in ticks of 10 ms. */
function cpuMsOf(processId: number): number {
  const [, facts = ''] = readFileSync(`/proc/${String(processId)}/stat`, 'utf8').split(') ');
  const [user = 0, system = 0] = facts.split(' ').slice(11, 13).map(Number);
  return (user + system) * 10;
}

async function measureLarge(rows: number, engineOf: EngineOf, { quick, log }: ProofOptions): Promise<readonly Check[]> {
  log(`  olap: a result of ${String(rows)} rows of 4 columns in each host`);
  const columns = ['a', 'b', 'c', 'd'].map((column, index): [number, string, typeof INTEGER] => [index + 1, column, INTEGER]);
  const times = await measureHosts(quick ? 7 : 15, (kind) => runOnce(engineOf(kind, 'olap'), bound(plan(scan('large', columns)))));
  const base = times.get('in-process') ?? [];
  return (['worker', 'process'] as const).map((kind) => {
    const own = times.get(kind) ?? [];
    const ratio = medianInterval(own.map((ms, turn) => ms / (base[turn] ?? Number.NaN)));
    const note = `95% ${round(ratio.low)} to ${round(ratio.high)} of ${ratio.samples} turns; in process ${round(medianInterval(base).median)} ms, ${kind} ${round(medianInterval(own).median)} ms; frames are counted, not decoded`;
    const judged = kind === 'process';
    const target = judged ? `<= ${LARGE_RATIO_MAX}` : 'told';
    return {
      id: `olap-large-result-${kind}`,
      value: round(ratio.median),
      unit: 'ratio',
      target,
      pass: !judged || ratio.median <= LARGE_RATIO_MAX,
      note,
    };
  });
}
