import { type BoundQuery, type Catalog, type Expression, type LogicalPlan, PlatformError, type PlanNode } from '../../../spi/index.ts';
import { bindStatement } from '../../../sql/bind/index.ts';
import { parseStatement } from '../../../sql/parse/index.ts';
import { CORPUS_SCHEMA } from './parquet-catalog.ts';

/** Parses and binds a query.
 *  @throws the front end's errors */
export async function bindQuery(text: string, catalog: Catalog): Promise<BoundQuery> {
  const bound = await bindStatement(parseStatement(text), {
    text,
    catalog,
    principal: { user: 'proof' },
    schema: CORPUS_SCHEMA,
    timeZone: 'UTC',
    startedAtUs: '1700000000000000',
    parameters: [],
    virtualRelation: () => Promise.resolve(null),
  });
  if (bound.kind !== 'query') throw new PlatformError('SQL_UNSUPPORTED', `A query was expected, not ${bound.kind}.`);
  return bound.query;
}

/** Returns whether LIMIT cuts the result. */
export function isLimited(plan: LogicalPlan): boolean {
  return bodyOf(plan.root).kind === 'limit';
}

/** Returns the result columns by which the rows are ordered, the first first; a key that is no result column ends the list. */
export function visibleOrder(plan: LogicalPlan): number[] {
  let top = bodyOf(plan.root);
  if (top.kind === 'limit') top = top.input;
  let outputIds: (number | null)[] = plan.output.map(({ id }) => id);
  while (top.kind === 'project') {
    const { columns } = top;
    outputIds = outputIds.map((id) => passedThrough(columns.find((column) => column.id === id)?.expression));
    top = top.input;
  }
  const order: number[] = [];
  for (const { expression } of top.kind === 'sort' ? top.keys : []) {
    const column = outputIds.indexOf(passedThrough(expression) ?? -1);
    if (column < 0) break;
    order.push(column);
  }
  return order;
}

function bodyOf(root: PlanNode): PlanNode {
  return root.kind === 'with' ? bodyOf(root.body) : root;
}

function passedThrough(expression: Expression | undefined): number | null {
  return expression?.kind === 'column' ? expression.id : null;
}
