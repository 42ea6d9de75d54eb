import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ServerProcess } from '../support/server-process.ts';
import type { Proof } from './proof.ts';
import { judgeChoices, type Target } from './routing/judge-choices.ts';
import { type MeasuredStatement, measureStatement } from './routing/measured-choices.ts';
import { provokeRefusals } from './routing/provoke-refusals.ts';
import { startRoutingServer } from './routing/routing-server.ts';
import { makeStatements, type RoutedStatement } from './routing/statements.ts';

/** Rows of the flights. */
const ROWS = 150_000;

/** How long the texts are that fill the memory of the interactive engine. */
const WIDTH = 280;

const QUICK: readonly Target[] = [{ statements: 60, ratioMax: 1.3 }];
const FULL: readonly Target[] = [
  { statements: 300, ratioMax: 1.3 },
  { statements: 1000, ratioMax: 1.2 },
];

/** Runs of each way of a statement; their median counts. */
const ROUNDS = 3;

/** Whether the router's choices come near the best choice for each statement. */
export const proof: Proof = {
  name: 'routing',
  summary:
    '1,000 statements on every engine that takes them and over fresh views; the router against the best choice each, constant and random routers',
  needs: ['linux'],
  run: async ({ quick, seed, log }) => {
    const targets = quick ? QUICK : FULL;
    const folder = realpathSync(mkdtempSync(join(tmpdir(), 'trivium-routing-')));
    try {
      const server = await startRoutingServer(folder, ROWS, log);
      try {
        const count = Math.max(...targets.map(({ statements }) => statements));
        const measured = await measureAll(server, makeStatements(count, seed, WIDTH), log);
        return [...judgeChoices(measured, seed, targets), ...(await provokeRefusals(server))];
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

/** Statements told of together. */
const TOLD = 20;

async function measureAll(
  server: ServerProcess,
  statements: readonly RoutedStatement[],
  log: (line: string) => void,
): Promise<readonly MeasuredStatement[]> {
  for (const sql of WARM_UP) await measureStatement(server, { kind: 'interactive', sql }, 1);
  const measured: MeasuredStatement[] = [];
  for (const statement of statements) {
    if (measured.length % TOLD === 0) log(`  ${String(measured.length)} of ${String(statements.length)} statements`);
    measured.push(await measureStatement(server, statement, ROUNDS));
  }
  return measured;
}
