import type { BoundStatement } from '../../sql/bind/index.ts';
import { requireCandidates, routeStatement } from '../route/choose-engine.ts';
import { runOnFirstAble } from '../route/run-on-first-able.ts';
import { formatSnapshots } from './query-registry.ts';
import { readAhead } from './read-ahead.ts';
import type { StatementContext } from './statement-context.ts';
import type { StatementOutcome } from './statement-request.ts';

/** Statements whose answer is rows computed by an engine. */
export type QueryStatement = Pick<Extract<BoundStatement, { kind: 'query' }>, 'query' | 'hints'>;

/** Routes a query and starts it; returns when its first rows are there. */
export async function executeQuery(statement: QueryStatement, context: StatementContext): Promise<StatementOutcome> {
  const { query, hints } = statement;
  const { record, request } = context;
  const parameters = context.parametersOf(query);
  const snapshots = formatSnapshots(query.snapshots);
  record.describe({ fingerprint: query.fingerprint, snapshots });
  const wish = { hint: hints.engine, session: request.session.engine };
  const route = await routeStatement(query, 'query', context.engines, wish);
  return runOnFirstAble(requireCandidates(route), record.signal, context.log, async ({ name, engine }) => {
    record.describe({ engine: name });
    const prepared = await engine.prepare(query);
    try {
      const run = { queryId: record.id, parameters, signal: record.signal, deadlineAtMs: context.deadlineAtMs };
      const started = await readAhead(prepared.execute(run).frames);
      return {
        columns: prepared.columns,
        frames: started.frames,
        engine: name,
        snapshots,
        sessionChange: null,
        close: async () => {
          await started.close();
          await prepared.close();
        },
      };
    } catch (error) {
      await prepared.close();
      throw error;
    }
  });
}
