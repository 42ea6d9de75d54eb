import {
  type BoundQuery,
  type LogicalPlan,
  nearestName,
  PLAN_VERSION,
  PlatformError,
  planInputs,
  type PlanNode,
  type SessionSettings,
} from '../../spi/index.ts';
import type { Hint, Query, Select } from '../ast/index.ts';
import { fingerprint, rewritePlan } from '../plan/index.ts';
import { bindError, didYouMean } from './bind-error.ts';
import type { BinderState, BoundRelation } from './binder-state.ts';
import type { QueryHints } from './bound-statement.ts';

/** Makes the query that engines get of a bound relation, and notes all that it reads as read by the statement.
 *  @throws SQL_PARAMETER when a given parameter is used nowhere */
export function finishQuery(state: BinderState, relation: BoundRelation): BoundQuery {
  state.reads.queries.push(relation);
  return planQuery(state, relation);
}

/** Everything that walks a plan calls itself once a level. */
const PLAN_HEIGHT_MAX = 750;

function refuseTooHigh(node: PlanNode, height = 1): void {
  if (height > PLAN_HEIGHT_MAX) {
    const message = `the plan has more than ${String(PLAN_HEIGHT_MAX)} levels: set operations, joins, subqueries and views add to it`;
    throw new PlatformError('SQL_TOO_DEEP', message, { hint: 'Split the statement, or store a part of it in a table.' });
  }
  if (node.kind === 'filter' || node.kind === 'project') refuseTooHigh(node.input, height + 1);
  else if (node.kind === 'join') {
    refuseTooHigh(node.left, height + 1);
    refuseTooHigh(node.right, height + 1);
  } else for (const input of planInputs(node)) refuseTooHigh(input, height + 1);
}

/** Makes the query that engines get of a bound relation: filters moved into scans, unread columns left out.
 *  @throws SQL_PARAMETER when a given parameter is used nowhere, SQL_TOO_DEEP */
export function planQuery(state: BinderState, relation: BoundRelation): BoundQuery {
  for (const table of state.tables) table.close();
  refuseTooHigh(relation.plan);
  state.reads.result = relation;
  const { context } = state;
  const outputIds = relation.columns.map((column) => column.id);
  const plan: LogicalPlan = {
    version: PLAN_VERSION,
    root: rewritePlan(relation.plan, outputIds),
    output: relation.columns.map(({ id, name, type, nullable }) => ({ id, name, type, nullable })),
  };
  const parameters = state.parameters.types();
  const session: SessionSettings = { timeZone: context.timeZone, startedAtUs: context.startedAtUs };
  return {
    plan,
    parameters,
    snapshots: [...state.pins.values()],
    principal: context.principal,
    session,
    fingerprint: fingerprint(plan, parameters, context.timeZone),
    deterministic: state.unstableFunctions.size === 0,
  };
}

/** Reads the hints of a query's outermost SELECT.
 *  @throws SQL_UNSUPPORTED for a hint of another name */
export function readHints(state: BinderState, query: Query): QueryHints {
  return readHintList(state, outermostSelect(query)?.hints ?? []);
}

const HINTS = ['ENGINE', 'NO_CACHE'];

/** Reads the hints of one comment.
 *  @throws SQL_UNSUPPORTED for a hint of another name */
export function readHintList(state: BinderState, hints: readonly Hint[]): QueryHints {
  let engine: string | null = null;
  let noCache = false;
  for (const hint of hints) {
    const [name, ...more] = hint.arguments;
    const written = hint.name.name.toUpperCase();
    if (written === 'NO_CACHE' && name === undefined) {
      noCache = true;
      continue;
    }
    if (written !== 'ENGINE') {
      const proposal = didYouMean(nearestName(written, HINTS));
      throw bindError(state, 'SQL_UNSUPPORTED', `no hint of the name ${hint.name.name}`, hint.span, { hint: proposal });
    }
    if (name === undefined || more.length > 0) throw bindError(state, 'SQL_UNSUPPORTED', 'ENGINE takes the name of one engine', hint.span);
    engine = name.toLowerCase();
  }
  return noCache ? { engine, noCache } : { engine };
}

function outermostSelect(query: Query): Select | null {
  let body = query.body;
  for (;;) {
    if (body.kind === 'select') return body;
    if (body.kind === 'query') body = body.body;
    else if (body.kind === 'set-operation' && body.operands[0] !== undefined) body = body.operands[0];
    else return null;
  }
}
