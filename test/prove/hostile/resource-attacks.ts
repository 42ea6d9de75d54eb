import type { ServerProcess } from '../../support/server-process.ts';
import { type Attack, expectProblem, type Target, type Verdict } from './attack.ts';

/** Codes with which a statement may end that wants more than it may have. */
const BOUNDED = [
  'RESOURCE_MEMORY',
  'RESOURCE_DEADLINE',
  'RESOURCE_DISK',
  'ENGINE_LOST',
  'SQL_EVALUATION',
  'SQL_INVALID_VALUE',
  'SQL_UNKNOWN_FUNCTION',
  'SQL_OVERFLOW',
];

const TIMEOUT_MS = 1500;

/** The statement must end with a coded error, and the next one must be answered. */
function bounded(id: string, sql: string): Attack {
  return {
    id,
    expects: 'a coded error within the deadline, and an answer to the next statement',
    run: async ({ server }) => {
      const startedMs = performance.now();
      const verdict = await expectProblem(await server.sql(sql, { body: { timeoutMs: TIMEOUT_MS } }), BOUNDED);
      const elapsedMs = performance.now() - startedMs;
      const next = await server.sql('SELECT 1 AS n');
      const alive = (await next.text()).includes('"data":[[1]]');
      return {
        pass: verdict.pass && alive && elapsedMs < 5 * TIMEOUT_MS,
        saw: `${verdict.saw} after ${elapsedMs.toFixed(0)} ms, next ${alive ? 'answered' : 'lost'}`,
      };
    },
  };
}

/** Kills all processes of the engine and waits until the server has seen their end: none of them gets the next statement.
 *  @returns how many there were */
async function killEngines(server: ServerProcess): Promise<number> {
  const engines = server.children('trivium-olap-query');
  for (const pid of engines) process.kill(pid, 'SIGKILL');
  while (server.children().some((pid) => engines.includes(pid))) await new Promise((resolve) => setTimeout(resolve, 10));
  return engines.length;
}

/** Reads a result whose engine is killed after the first bytes; the client must see an error. */
async function killWhileReading({ server }: Target, accept: string): Promise<Verdict> {
  const response = await server.sql('SELECT n, n * 2 AS m FROM generate_series(1, 300000000) AS s(n)', {
    accept,
    // The engine whose processes are killed, which answers while it computes.
    body: { timeoutMs: 60_000, session: { engine: 'olap' } },
  });
  if (response.status !== 200 || response.body === null) return { pass: false, saw: `no result to read: ${await response.text()}` };
  const reader = (response.body as ReadableStream<Uint8Array>).getReader();
  let bytes = 0;
  try {
    while (bytes < 2 ** 20) {
      const part = await reader.read();
      if (part.done) return { pass: false, saw: `the result ended before the kill, after ${String(bytes)} bytes` };
      bytes += part.value.byteLength;
    }
    if ((await killEngines(server)) === 0) return { pass: false, saw: 'no engine process found' };
    for (;;) {
      const part = await reader.read();
      if (part.done) return { pass: false, saw: `ended as if complete after ${String(bytes)} bytes` };
      bytes += part.value.byteLength;
    }
  } catch (error) {
    const cause = error instanceof Error ? `${error.message}, ${String((error.cause as Error | undefined)?.message)}` : String(error);
    return { pass: true, saw: `the client saw an error after ${String(bytes)} bytes: ${cause}` };
  }
}

const FORMATS: readonly (readonly [string, string])[] = [
  ['arrow', 'application/vnd.apache.arrow.stream'],
  ['json', 'application/json'],
  ['ndjson', 'application/x-ndjson'],
  ['csv', 'text/csv'],
];

/** Statements that want too much, and engines that die. */
export const RESOURCE_ATTACKS: readonly Attack[] = [
  bounded('repeat-2e9', "SELECT repeat('x', 2000000000)"),
  bounded('repeat-of-repeat', "SELECT length(repeat(repeat('x', 100000), 100000))"),
  bounded('lpad-2e9', "SELECT lpad('x', 2000000000, 'y')"),
  bounded('cross-join', 'SELECT count(*) FROM generate_series(1, 1000000) a, generate_series(1, 1000000) b, generate_series(1, 1000) c'),
  bounded('endless-recursion', 'WITH RECURSIVE r(n) AS (SELECT 1 UNION ALL SELECT n + 0 FROM r) SELECT count(*) FROM r'),
  bounded('list-of-everything', 'SELECT array_agg(n) FROM generate_series(1, 2000000000) AS s(n)'),
  bounded('sort-of-everything', 'SELECT n FROM generate_series(1, 2000000000) AS s(n) ORDER BY n % 7, n DESC'),
  ...FORMATS.map(
    ([name, accept]): Attack => ({
      id: `engine-killed-${name}`,
      expects: 'an error, never a shorter result',
      run: (target) => killWhileReading(target, accept),
    }),
  ),
  {
    id: 'engine-killed-before-answer',
    expects: 'ENGINE_LOST',
    run: async ({ server }) => {
      // On one engine only: another one would begin the same long work.
      const body = { timeoutMs: 30_000, session: { engine: 'olap' } };
      const answer = server.sql('SELECT sum(n % 7) FROM generate_series(1, 3000000000) AS s(n)', { body });
      await new Promise((resolve) => setTimeout(resolve, 300));
      await killEngines(server);
      return expectProblem(await answer, ['ENGINE_LOST']);
    },
  },
];
