import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ServerProcess } from '../support/server-process.ts';
import type { Proof, ProofOptions } from './proof.ts';
import { judgeChoices } from './routing/judge-choices.ts';
import { better, CHOICES, type Choice, type MeasuredRun, type MeasuredStatement, runMeasured } from './routing/measured-choices.ts';
import { provokeRefusals } from './routing/provoke-refusals.ts';
import { startRoutingServer } from './routing/routing-server.ts';
import { makeStatements, type RoutedStatement } from './routing/statements.ts';

/** Whether the router's choices come near the best choice for each statement. */
export const proof: Proof = {
  name: 'routing',
  summary:
    '300 statements on every engine that takes them and over fresh views; the router against the best choice each, a constant and a random router',
  needs: ['linux'],
  run: async (options) => {
    const folder = realpathSync(mkdtempSync(join(tmpdir(), 'trivium-routing-')));
    try {
      const server = await startRoutingServer(folder, options.quick, options.log);
      try {
        const measured = await measureAll(
          server,
          makeStatements(options.quick ? 60 : 300, options.seed, options.quick ? 280 : 16),
          options,
        );
        return [...judgeChoices(measured, options.seed), ...(await provokeRefusals(server))];
      } finally {
        await server.stop();
      }
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  },
};

/** Statements that warm the processes up, so that the first ones measured are not about starting. */
const WARM_UP = ['SELECT count(*) FROM flights', 'SELECT origin, max(delay) FROM flights GROUP BY origin ORDER BY origin'];

/** The router goes first with each statement: it knows nothing of it but what other statements taught it. Its later runs, after the others, know
 *  what those took. The better of as many runs counts for every way, so that all are measured alike. */
async function measureAll(
  server: ServerProcess,
  statements: readonly RoutedStatement[],
  { quick, log }: ProofOptions,
): Promise<readonly MeasuredStatement[]> {
  for (const sql of WARM_UP) for (const choice of CHOICES) await runMeasured(server, sql, choice);
  const measured: MeasuredStatement[] = [];
  for (const [index, statement] of statements.entries()) {
    if (index % 20 === 0) log(`  ${String(index)} of ${String(statements.length)} statements`);
    const isShort = statement.kind === 'interactive' || statement.kind === 'view';
    const rounds = isShort && !quick ? 3 : isShort ? 2 : 1;
    measured.push(await measureOne(server, statement, rounds));
  }
  return measured;
}

async function measureOne(server: ServerProcess, statement: RoutedStatement, rounds: number): Promise<MeasuredStatement> {
  const { sql } = statement;
  const unrun: MeasuredRun = { ms: null, code: null, by: null };
  const runs: Record<Choice, MeasuredRun> = { olap: unrun, batch: unrun, stream: unrun, view: unrun };
  const first = await runMeasured(server, sql, null);
  let routed = unrun;
  for (let round = 0; round < rounds; round += 1) {
    for (const choice of CHOICES) {
      // What was refused once is refused again.
      if (round === 0 || runs[choice].ms !== null) runs[choice] = better(await runMeasured(server, sql, choice), runs[choice]);
    }
    routed = better(await runMeasured(server, sql, null), routed);
  }
  return { ...statement, runs, routed, first };
}
