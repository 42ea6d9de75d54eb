import type { BoundQuery } from '../../spi/index.ts';
import type { BoundStatement, QueryHints } from '../../sql/bind/index.ts';
import { formatPlan } from '../../sql/plan/index.ts';
import { type Consideration, routeStatement } from '../route/choose-engine.ts';
import { countFrameRows } from '../result/count-frame-rows.ts';
import { answerTable, type SmallValue } from './answer-small.ts';
import { executeQuery } from './execute-query.ts';
import { formatSnapshots } from './query-registry.ts';
import type { StatementContext } from './statement-context.ts';
import type { StatementOutcome } from './statement-request.ts';

/** Explains a statement: its plan, its route over the engines, or its plan with what running it took. */
export async function executeExplain(
  { mode, statement }: Extract<BoundStatement, { kind: 'explain' }>,
  context: StatementContext,
): Promise<StatementOutcome> {
  if (!('query' in statement)) return answerLines([`${statement.kind} (runs without an engine)`], []);
  const snapshots = formatSnapshots(statement.query.snapshots);
  context.record.describe({ fingerprint: statement.query.fingerprint, snapshots });
  if (mode === 'route') return explainRoute(statement, statement.kind === 'insert' || statement.kind === 'create_table_as', context);
  const lines = formatPlan(statement.query.plan).split('\n');
  if (mode === 'plan' || statement.kind !== 'query') return answerLines(lines, snapshots);
  return answerLines([...lines, '', ...(await measureRun(statement, context))], snapshots);
}

async function explainRoute(
  { query, hints }: { readonly query: BoundQuery; readonly hints: QueryHints },
  writes: boolean,
  context: StatementContext,
): Promise<StatementOutcome> {
  const wish = { hint: hints.engine, session: context.request.session.engine };
  const route = await routeStatement(query, writes ? 'write' : 'query', context.engines, wish);
  const chosen = route.candidates[0]?.name;
  return answerTable(
    [
      { name: 'engine', type: 'varchar' },
      { name: 'chosen', type: 'boolean' },
      { name: 'rows', type: 'double' },
      { name: 'startup_ms', type: 'double' },
      { name: 'cpu_ms', type: 'double' },
      { name: 'confidence', type: 'double' },
      { name: 'refusal_code', type: 'varchar' },
      { name: 'refusal', type: 'varchar' },
    ],
    route.considered.map(({ name, answer }) => [name, name === chosen, ...describeAnswer(answer)]),
    { snapshots: formatSnapshots(query.snapshots) },
  );
}

function describeAnswer(answer: Consideration['answer']): readonly SmallValue[] {
  if (answer.kind === 'refusal') return [null, null, null, null, answer.code, answer.reason];
  const { rows, startupMs, cpuMs, confidence } = answer;
  return [...[rows, startupMs, cpuMs, confidence].map(String), null, null];
}

async function measureRun(statement: Extract<BoundStatement, { kind: 'query' }>, context: StatementContext): Promise<readonly string[]> {
  const startedAtMs = performance.now();
  const outcome = await executeQuery(statement, context);
  const firstRowsMs = performance.now() - startedAtMs;
  try {
    let rows = 0;
    let bytes = 0;
    for await (const frame of outcome.frames) {
      rows += countFrameRows(frame);
      bytes += frame.byteLength;
    }
    const totalMs = performance.now() - startedAtMs;
    return [
      `engine: ${String(outcome.engine)}`,
      `rows: ${String(rows)}`,
      `bytes: ${String(bytes)}`,
      `first rows after: ${firstRowsMs.toFixed(1)} ms`,
      `total: ${totalMs.toFixed(1)} ms`,
    ];
  } finally {
    await outcome.close();
  }
}

function answerLines(lines: readonly string[], snapshots: readonly string[]): StatementOutcome {
  return answerTable(
    [{ name: 'plan', type: 'varchar' }],
    lines.map((line) => [line]),
    { snapshots },
  );
}
