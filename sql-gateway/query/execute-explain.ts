import type { BoundStatement } from '../../sql/bind/index.ts';
import { formatPlan } from '../../sql/plan/index.ts';
import { countFrameRows } from '../result/count-frame-rows.ts';
import { describeAccessChange } from '../access/describe-access-change.ts';
import { answerTable } from './answer-small.ts';
import { executeQuery } from './execute-query.ts';
import { explainRoute } from './explain-route.ts';
import { formatSnapshots } from './query-registry.ts';
import type { StatementContext } from './statement-context.ts';
import type { StatementOutcome } from './statement-request.ts';

/** Explains a statement: its plan, its route over the engines, or its plan with what running it took. */
export async function executeExplain(
  { mode, format, statement }: Extract<BoundStatement, { kind: 'explain' }>,
  context: StatementContext,
): Promise<StatementOutcome> {
  if (statement.kind === 'refused') return answerLines([`${statement.what} (refused: ${statement.hint})`], []);
  if (statement.kind === 'access') return answerLines([`${describeAccessChange(statement.change)} (runs without an engine)`], []);
  if (!('query' in statement)) return answerLines([`${statement.kind} (runs without an engine)`], []);
  const snapshots = formatSnapshots(statement.query.snapshots);
  context.record.describe({ fingerprint: statement.query.fingerprint, snapshots });
  if (mode === 'route') return explainRoute(statement, context);
  if (format === 'json') return answerLines([JSON.stringify(statement.query.plan)], snapshots);
  const lines = formatPlan(statement.query.plan).split('\n');
  if (mode === 'plan' || statement.kind !== 'query') return answerLines(lines, snapshots);
  return answerLines([...lines, '', ...(await measureRun(statement, context))], snapshots);
}

async function measureRun(statement: Extract<BoundStatement, { kind: 'query' }>, context: StatementContext): Promise<readonly string[]> {
  const startedAtMs = performance.now();
  // A stored result has no times to tell.
  const outcome = await executeQuery({ query: statement.query, hints: { ...statement.hints, noCache: true } }, context);
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
