import { type CommonTable as PlannedTable, formatType, type PlanColumn } from '../../spi/index.ts';
import type { CommonTable, QueryBody, SetOperation, WithClause } from '../ast/index.ts';
import { bindError, unsupported } from './bind-error.ts';
import type { BinderState, BoundRelation, Environment } from './binder-state.ts';
import { commonType } from './coercion.ts';
import { collectRelations } from './collect-relations.ts';
import { projectCasts } from './project-casts.ts';
import { sameName } from './relation-name.ts';

/** Binds a query's body with the rest of a set operation. */
export type BindBody = (state: BinderState, body: QueryBody, environment: Environment) => BoundRelation;

/** Binds WITH: each table sees the ones before it, and itself under RECURSIVE.
 *  @throws SQL_DUPLICATE_NAME */
export function bindWith(
  state: BinderState,
  node: WithClause,
  environment: Environment,
  bindBody: BindBody,
): { readonly ctes: readonly PlannedTable[]; readonly environment: Environment } {
  const ctes: PlannedTable[] = [];
  // A table is added once it is bound: nothing keeps the environment that what was bound before has seen.
  const visible = new Map(environment.commonTables);
  const inner: Environment = { commonTables: visible, outer: environment.outer };
  for (const table of node.tables) {
    if (ctes.some((other) => sameName(other.name, table.name.name))) {
      throw bindError(state, 'SQL_DUPLICATE_NAME', `WITH defines ${table.name.name} twice`, table.name.span);
    }
    const recursion = node.recursive && readsItself(table) ? recursiveParts(state, table) : null;
    const bound = recursion === null ? bindPlain(state, table, inner) : bindRecursive(state, table, recursion, inner, bindBody);
    ctes.push(bound);
    visible.set(table.name.name.toLowerCase(), bound);
  }
  return { ctes, environment: inner };
}

function readsItself(table: CommonTable): boolean {
  return reads(table.query, table.name.name);
}

function reads(node: object, name: string): boolean {
  return collectRelations(node).some((mention) => mention.name.parts.length === 1 && sameName(mention.name.parts[0]?.name ?? '', name));
}

function bindPlain(state: BinderState, table: CommonTable, environment: Environment): PlannedTable {
  const relation = state.rules.query(state, table.query, environment);
  const columns = publicColumns(state, table, relation, false);
  return {
    cteId: state.columns.nextId(),
    name: table.name.name,
    columns,
    plan: relation.plan,
    planIds: relation.columns.map((column) => column.id),
    recursive: null,
    materialized: table.materialized,
  };
}

interface Recursion {
  readonly anchor: QueryBody;
  readonly step: QueryBody;
  readonly unionAll: boolean;
}

function recursiveParts(state: BinderState, table: CommonTable): Recursion {
  const { query } = table;
  const body = query.body;
  if (body.kind !== 'set-operation' || body.operator !== 'union' || body.byName) {
    throw unsupported(state, 'a recursive common table that is not anchor UNION [ALL] step', table.span);
  }
  if (query.orderBy !== null || query.limit !== null || query.offset !== null || query.with !== null) {
    throw unsupported(
      state,
      'WITH, ORDER BY or LIMIT around a recursive common table',
      table.span,
      'Put it into the query that reads the table.',
    );
  }
  const step = body.operands.at(-1);
  const rest = body.operands.slice(0, -1);
  const [first, ...more] = rest;
  if (step === undefined || first === undefined || rest.some((operand) => reads(operand, table.name.name))) {
    throw unsupported(state, 'a recursive common table that reads itself outside its last UNION operand', table.span);
  }
  const anchor: QueryBody = more.length === 0 ? first : ({ ...body, operands: rest } satisfies SetOperation);
  return { anchor, step, unionAll: body.all };
}

function bindRecursive(
  state: BinderState,
  table: CommonTable,
  recursion: Recursion,
  environment: Environment,
  bindBody: BindBody,
): PlannedTable {
  const anchor = bindBody(state, recursion.anchor, environment);
  const columns = publicColumns(state, table, anchor, true);
  const cteId = state.columns.nextId();
  const self = { cteId, name: table.name.name, columns };
  const inner = {
    commonTables: new Map(environment.commonTables).set(table.name.name.toLowerCase(), self),
    outer: environment.outer,
  };
  const step = bindBody(state, recursion.step, inner);
  if (step.columns.length !== columns.length) {
    const message = `the parts of ${table.name.name} have ${String(columns.length)} and ${String(step.columns.length)} columns`;
    throw bindError(state, 'SQL_TYPE_MISMATCH', message, recursion.step.span);
  }
  for (const [index, column] of columns.entries()) checkStep(state, table, column, step.columns[index] ?? column, recursion.step);
  const cast = projectCasts(
    state,
    step,
    columns.map((column) => column.type),
  );
  const planIds = anchor.columns.map((column) => column.id);
  const recursive = { plan: cast.plan, planIds: cast.columns.map((column) => column.id), unionAll: recursion.unionAll };
  return { cteId, name: self.name, columns, plan: anchor.plan, planIds, recursive, materialized: table.materialized };
}

/** The anchor decides the types; numbers of the step are brought to them. */
function checkStep(state: BinderState, table: CommonTable, anchor: PlanColumn, step: PlanColumn, node: QueryBody): void {
  if (commonType(anchor.type, step.type) !== null) return;
  const message = `column ${anchor.name} of ${table.name.name} is ${formatType(anchor.type)} in the anchor and ${formatType(step.type)} in the step`;
  throw bindError(state, 'SQL_TYPE_MISMATCH', message, node.span, { hint: 'Write a CAST.' });
}

function publicColumns(state: BinderState, table: CommonTable, relation: BoundRelation, recursive: boolean): readonly PlanColumn[] {
  if (table.columns.length > relation.columns.length) {
    const message = `${table.name.name} names ${String(table.columns.length)} columns, its query has ${String(relation.columns.length)}`;
    throw bindError(state, 'SQL_TYPE_MISMATCH', message, table.name.span);
  }
  return relation.columns.map(({ name, type, nullable }, index) =>
    state.columns.create({ name: table.columns[index]?.name ?? name, type, nullable: nullable || recursive }),
  );
}
