import type { Refusal } from '../../spi/index.ts';
import type { BoundStatement } from '../../sql/bind/index.ts';
import { type Consideration, formatDecision, type Route } from '../route/choose-engine.ts';
import { totalMs } from '../route/measured-costs.ts';
import { describeView } from '../stream/bound-view.ts';
import { askViewEngines } from '../stream/find-view-engine.ts';
import { answerTable, type SmallColumn, type SmallValue } from './answer-small.ts';
import { resultKey, routeQuery, wishOf } from './execute-query.ts';
import { formatSnapshots } from './query-registry.ts';
import type { StatementContext } from './statement-context.ts';
import { describeReads } from './statement-reads.ts';
import type { StatementOutcome } from './statement-request.ts';

/** Statements that an engine runs. */
type RoutedStatement = Extract<BoundStatement, { readonly query: unknown; readonly hints: unknown }>;

const COLUMNS: readonly SmallColumn[] = [
  { name: 'engine', type: 'varchar' },
  { name: 'chosen', type: 'boolean' },
  { name: 'rank', type: 'bigint' },
  { name: 'estimated_ms', type: 'double' },
  { name: 'calibrated_ms', type: 'double' },
  { name: 'runs', type: 'bigint' },
  { name: 'startup_ms', type: 'double' },
  { name: 'cpu_ms', type: 'double' },
  { name: 'rows', type: 'double' },
  { name: 'memory_bytes', type: 'double' },
  { name: 'confidence', type: 'double' },
  { name: 'decided_by', type: 'varchar' },
  { name: 'snapshots', type: 'varchar' },
  { name: 'refusal_code', type: 'varchar' },
  { name: 'refusal', type: 'varchar' },
  { name: 'first_row_ms', type: 'double' },
];

/** Shows who could answer the statement, and who would: the cache, a fresh view, and each engine with its estimate or why it does not come to run it. */
export async function explainRoute(statement: RoutedStatement, context: StatementContext): Promise<StatementOutcome> {
  const { query } = statement;
  if (statement.kind === 'create_materialized_view') return explainViewRoute(statement, context);
  const snapshots = formatSnapshots(query.snapshots);
  const writes = statement.kind !== 'query' && statement.kind !== 'copy_to';
  const key = writes ? null : resultKey(statement, context.parametersOf(query), context);
  const stored = key !== null && context.cache.has(key);
  const { route, view, considered } = writes
    ? {
        route: await context.router.route({
          query,
          statement: 'write',
          wish: wishOf(statement, context),
          asksAll: true,
          queryId: context.record.id,
        }),
        view: null,
        considered: [],
      }
    : await routeQuery(statement, context, true);
  const facts = { decidedBy: formatDecision(route.decision), snapshots: describeReads(query).join(', ') };
  const rows = route.considered.map((considered) => engineRow(considered, route, stored, facts));
  const views = considered.map(({ name, refusal, query: overView }) =>
    otherRow(`(view ${name})`, {
      chosen: view?.name === name && !stored,
      ...facts,
      snapshots: formatSnapshots(overView?.snapshots ?? []).join(', '),
      refusal,
    }),
  );
  rows.unshift(...(stored ? [otherRow('(result cache)', { chosen: true, ...facts, refusal: null })] : []), ...views);
  return answerTable(COLUMNS, rows, { snapshots });
}

/** A view has no price: the first engine that can keep its query fresh does. */
async function explainViewRoute(
  { query, hints }: Extract<RoutedStatement, { readonly kind: 'create_materialized_view' }>,
  { catalog, engines }: StatementContext,
): Promise<StatementOutcome> {
  const answers = await askViewEngines(await describeView(query, hints.engine, catalog), engines);
  const first = answers.find(({ refusal }) => refusal === null);
  const snapshots = formatSnapshots(query.snapshots);
  const decidedBy = hints.engine === null ? 'default: the first that can' : `hint ENGINE(${hints.engine})`;
  const facts = { decidedBy, snapshots: snapshots.join(', ') };
  const rows = answers.map(({ name, refusal }) => otherRow(name, { chosen: name === first?.name, ...facts, refusal }));
  return answerTable(COLUMNS, rows, { snapshots });
}

interface RowFacts {
  readonly decidedBy: string;
  readonly snapshots: string;
}

function otherRow(
  name: string,
  { chosen, decidedBy, snapshots, refusal }: RowFacts & { readonly chosen: boolean; readonly refusal: Refusal | null },
): readonly SmallValue[] {
  return [
    name,
    chosen,
    ...Array.from({ length: 9 }, () => null),
    decidedBy,
    snapshots,
    refusal?.code ?? null,
    refusal?.reason ?? null,
    null,
  ];
}

function engineRow(
  { name, estimate, calibratedMs, runs, refusal }: Consideration,
  { candidates }: Route,
  stored: boolean,
  { decidedBy, snapshots }: RowFacts,
): readonly SmallValue[] {
  const rank = candidates.findIndex((candidate) => candidate.name === name);
  const costs = estimate === null ? [null, null, null, null, null, null, null, null] : costsOf(estimate, calibratedMs, runs);
  return [
    name,
    rank === 0 && !stored,
    rank < 0 ? null : String(rank + 1),
    ...costs,
    decidedBy,
    snapshots,
    refusal?.code ?? null,
    refusal?.reason ?? null,
    estimate?.firstRowMs === undefined ? null : formatFigure(estimate.firstRowMs),
  ];
}

function costsOf(estimate: NonNullable<Consideration['estimate']>, calibratedMs: number | null, runs: number): readonly SmallValue[] {
  const { startupMs, cpuMs, rows, memoryBytes, confidence } = estimate;
  const figures = [totalMs(estimate), calibratedMs, runs, startupMs, cpuMs, rows, memoryBytes ?? null, confidence];
  return figures.map((figure) => (figure === null ? null : formatFigure(figure)));
}

function formatFigure(figure: number): string {
  return String(Number.isInteger(figure) ? figure : Number(figure.toPrecision(6)));
}
