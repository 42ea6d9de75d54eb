import { assert, type Field, PlatformError, type TableRef } from '../../spi/index.ts';
import type { BoundStatement } from '../../sql/bind/index.ts';
import { connectorError } from '../external/connector-error.ts';
import { answerRows } from './answer-small.ts';
import { executeQuery } from './execute-query.ts';
import type { StatementContext } from './statement-context.ts';
import type { StatementOutcome } from './statement-request.ts';

/** Runs an INSERT into a table of an outside database: all rows in one transaction of it.
 *  @throws CATALOG_OUTSIDE for what only stored tables promise, CONNECTOR_* */
export async function insertOutside(
  { table, query, hints }: Extract<BoundStatement, { kind: 'insert' }>,
  context: StatementContext,
): Promise<StatementOutcome> {
  checkPromises(table, context);
  const { outside, record } = context;
  assert(outside !== null, 'outside tables are found in a configured catalog');
  const fields = query.plan.output.map(({ name, type, nullable }, index): Field => ({ id: index + 1, name, type, nullable }));
  const sink = await outside.sink(table, fields, context.request.idempotencyKey);
  try {
    const { repeated = null } = sink;
    if (repeated !== null) {
      await sink.abort();
      return answerRows(repeated, null);
    }
    const outcome = await executeQuery({ query, hints: { ...hints, noCache: true } }, context);
    let rows: number;
    try {
      rows = await sink.append(outcome.frames, record.signal);
    } finally {
      await outcome.close();
    }
    record.signal.throwIfAborted();
    await sink.commit();
    record.count(rows, 0);
    return answerRows(rows, outcome.engine);
  } catch (error) {
    await sink.abort().catch((abortError: unknown) => {
      // The database takes back what was not committed when the connection ends; the first error tells what happened.
      context.log.warn({ queryId: record.id, error: String(abortError) }, 'rows for an outside table could not be taken back');
    });
    throw connectorError(table.catalog ?? '', error);
  }
}

/** An outside database knows nothing of our transactions, nor of what a job has done before.
 *  @throws CATALOG_OUTSIDE */
function checkPromises({ catalog = '', schema, name }: TableRef, { request, durable }: StatementContext): void {
  const what = request.session.transaction !== null ? 'inside a transaction' : durable !== null ? 'by a job' : null;
  if (what === null) return;
  throw new PlatformError('CATALOG_OUTSIDE', `Rows cannot be inserted into ${catalog}.${schema}.${name} ${what}.`, {
    hint: 'Nobody could take them back or tell whether they are there already. Send the INSERT by itself.',
  });
}
