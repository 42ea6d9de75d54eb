import type { BoundQuery } from '../../spi/index.ts';
import type { QueryHints } from '../../sql/bind/index.ts';
import { executeQuery } from './execute-query.ts';
import type { StatementContext } from './statement-context.ts';
import type { StatementOutcome } from './statement-request.ts';
import { deriveContext } from './derive-context.ts';

/** Runs a query that is a step of a statement by an engine; stored results and views have no say in it. The caller closes the outcome. */
export function executeFresh(query: BoundQuery, hints: QueryHints, context: StatementContext): Promise<StatementOutcome> {
  const { request } = context;
  const session = { ...request.session, resultCache: 'off', freshViews: 'off' } as const;
  return executeQuery({ query, hints }, deriveContext(context, { request: { ...request, session } }));
}
