import { type BoundQuery, type Catalog, type LogicalPlan, PlatformError } from '../../../spi/index.ts';
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

/** Returns the result columns by which the rows are ordered, the first first; a key that is no result column ends the list. */
export function visibleOrder(plan: LogicalPlan): number[] {
  const top = plan.root.kind === 'limit' ? plan.root.input : plan.root;
  const order: number[] = [];
  for (const key of top.kind === 'sort' ? top.keys : []) {
    const { expression } = key;
    const column = expression.kind === 'column' ? plan.output.findIndex(({ id }) => id === expression.id) : -1;
    if (column < 0) break;
    order.push(column);
  }
  return order;
}
