import type { PlanNode } from '../../spi/index.ts';
import type { OrderBy, Query, QueryBody, WithClause } from '../ast/index.ts';
import { bindLimit } from './bind-limit.ts';
import { bindOutputOrder } from './bind-order.ts';
import { bindRelation } from './bind-relation.ts';
import { type BoundBody, bindSelect } from './bind-select.ts';
import { bindSetOperation } from './bind-set-operation.ts';
import { bindValues } from './bind-values.ts';
import { bindWith } from './bind-with.ts';
import type { BinderState, BoundRelation, Environment } from './binder-state.ts';
import { nameColumns } from './from-item.ts';
import { ScopeColumns } from './scope-columns.ts';

/** Binds the common tables in front of a statement; `around` puts them around a plan that reads them. */
export function bindCommonTables(
  state: BinderState,
  node: WithClause | null,
  environment: Environment,
): { readonly environment: Environment; around(plan: PlanNode): PlanNode } {
  if (node === null) return { environment, around: (plan) => plan };
  const common = bindWith(state, node, environment, (inner, body, around) => bindBody(inner, body, around, null));
  return { environment: common.environment, around: (body) => ({ kind: 'with', ctes: common.ctes, body }) };
}

/** Binds a query with its WITH, ORDER BY, LIMIT and OFFSET. */
export function bindQuery(state: BinderState, node: Query, environment: Environment): BoundRelation {
  const common = bindCommonTables(state, node.with, environment);
  const body = bindBody(state, node.body, common.environment, node.orderBy);
  const limited = bindLimit(state, node, body.plan, body.sortKeys, environment);
  return { plan: common.around(limited), columns: body.columns };
}

function bindBody(state: BinderState, body: QueryBody, environment: Environment, orderBy: OrderBy | null): BoundBody {
  if (body.kind === 'select') return bindSelect(state, body, environment, orderBy);
  const relation = bindOther(state, body, environment);
  if (orderBy === null) return { plan: relation.plan, columns: relation.columns, sortKeys: [] };
  const columns = ScopeColumns.of(nameColumns(state, relation.columns, { table: null, schema: null }, null));
  const scope = { columns, aliases: null, outer: environment.outer };
  const context = { state, scope, environment, calls: null, place: 'ORDER BY' };
  return { plan: relation.plan, columns: relation.columns, sortKeys: bindOutputOrder(state, context, orderBy, relation.columns) };
}

function bindOther(state: BinderState, body: Exclude<QueryBody, { readonly kind: 'select' }>, environment: Environment): BoundRelation {
  switch (body.kind) {
    case 'set-operation': {
      const operands = body.operands.map((operand) => bindBody(state, operand, environment, null));
      return bindSetOperation(state, body, operands);
    }
    case 'values':
      return bindValues(state, body, environment);
    case 'table-query':
      return bindRelation(state, body.table, null, environment);
    case 'query':
      return bindQuery(state, body, environment);
  }
}
