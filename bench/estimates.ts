import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Check, Proof } from '../test/prove/proof.ts';
import { run, startRoutingServer } from '../test/prove/routing/routing-server.ts';
import { makeStatements } from '../test/prove/routing/statements.ts';
import type { ServerProcess } from '../test/support/server-process.ts';
import { fitCosts, type MeasuredCost } from './estimates/fit-costs.ts';

const ENGINES = ['olap', 'batch', 'stream'] as const;

/** Runs of each statement on each engine; the median counts. */
const ROUNDS = 5;

/** An engine's estimates, before anything was measured, may be off by this factor for half of the statements: calibration does the rest. */
const OFF_BY_MAX = 3;

/** How far the engines' own estimates are from what runs take, and by which factors their constants had to be multiplied to fit. */
export const benchmark: Proof = {
  name: 'estimates',
  summary: "engines' own estimates against measured times, and the factors by which the constants of estimate-cost.ts would fit",
  needs: ['linux'],
  run: async ({ quick, seed, log }) => {
    const folder = realpathSync(mkdtempSync(join(tmpdir(), 'trivium-estimates-')));
    try {
      const server = await startRoutingServer(folder, quick ? 150_000 : 1_500_000, log);
      try {
        const statements = makeStatements(quick ? 30 : 120, seed, 1).filter(({ kind }) => kind === 'interactive' || kind === 'view');
        const checks: Check[] = [];
        for (const engine of ENGINES) {
          log(`  ${engine}`);
          const costs = await measureAll(
            server,
            engine,
            statements.map(({ sql }) => sql),
          );
          checks.push(judge(engine, costs));
        }
        return checks;
      } finally {
        await server.stop();
      }
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  },
};

async function measureAll(server: ServerProcess, engine: string, statements: readonly string[]): Promise<readonly MeasuredCost[]> {
  const costs: MeasuredCost[] = [];
  for (const sql of statements) {
    const session = { engine, freshViews: 'off', resultCache: 'off' };
    const { columns, data } = await run(server, `EXPLAIN ROUTE ${sql}`, session);
    const at = (name: string): number => columns.findIndex((column) => column.name === name);
    const row = data.find((each) => each[at('engine')] === engine);
    if (row === undefined || row[at('refusal_code')] !== null) continue;
    const measuredMs: number[] = [];
    for (let round = 0; round < ROUNDS; round += 1) measuredMs.push(await measureOnce(server, sql, session));
    measuredMs.sort((left, right) => left - right);
    costs.push({
      startupMs: Number(row[at('startup_ms')]),
      cpuMs: Number(row[at('cpu_ms')]),
      measuredMs: measuredMs[Math.floor(ROUNDS / 2)] ?? 0,
    });
  }
  return costs;
}

/** Returns how long the gateway waited for the engine: what estimates are about. */
async function measureOnce(server: ServerProcess, sql: string, session: object): Promise<number> {
  const response = await server.sql(sql, { body: { session } });
  await response.arrayBuffer();
  const info = await server.call(`/v1/queries/${response.headers.get('trivium-query-id') ?? ''}`);
  return ((await info.json()) as { readonly measuredMs: number | null }).measuredMs ?? 0;
}

function judge(engine: string, costs: readonly MeasuredCost[]): Check {
  const { startup, cpu, offBy, offByFitted } = fitCosts(costs);
  return {
    id: `${engine}-off-by`,
    value: Number(offBy.toPrecision(3)),
    unit: 'factor',
    target: `<= ${String(OFF_BY_MAX)} for half of the statements`,
    pass: offBy <= OFF_BY_MAX,
    note: `${String(costs.length)} statements; with start-up times ${startup.toPrecision(3)} and CPU times ${cpu.toPrecision(3)} off by ${offByFitted.toPrecision(3)}`,
  };
}
