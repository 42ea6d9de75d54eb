import { PlatformError, printSnapshot } from '../../spi/index.ts';
import type { BoundStatement } from '../../sql/bind/index.ts';
import { answerDone, answerTable } from '../query/answer-small.ts';
import type { StatementContext } from '../query/statement-context.ts';
import type { StatementOutcome } from '../query/statement-request.ts';

/** Begins or ends the transaction of a session: the client gets its id and sends it along until the end.
 *  @throws TRANSACTION_*, STORAGE_CONFLICT, STORAGE_OUTCOME_UNKNOWN */
export async function executeTransaction(
  { action }: Extract<BoundStatement, { kind: 'transaction' }>,
  { request, transactions }: Pick<StatementContext, 'request' | 'transactions'>,
): Promise<StatementOutcome> {
  const { session, principal } = request;
  const id = session.transaction;
  if (action === 'begin') {
    if (id !== null) {
      throw new PlatformError('TRANSACTION_OPEN', 'The session has a transaction already.', {
        hint: 'COMMIT or ROLLBACK it first; there are no transactions inside of others.',
      });
    }
    return answerDone('began a transaction', { name: 'transaction', value: transactions.begin(principal.user) });
  }
  if (id === null) {
    throw new PlatformError('TRANSACTION_NONE', `${action.toUpperCase()} without BEGIN: the session has no transaction.`, {
      hint: "Without BEGIN every statement is committed when it is answered. After it, send 'session.transaction' as Trivium-Set-Session told it.",
    });
  }
  if (action === 'commit') return commit(id, principal.user, transactions);
  await transactions.rollback(principal.user, id);
  return answerDone('rolled back', { name: 'transaction', value: null });
}

async function commit(id: string, user: string, transactions: StatementContext['transactions']): Promise<StatementOutcome> {
  const results = await transactions.commit(user, id);
  return answerTable(
    [
      { name: 'table', type: 'varchar' },
      { name: 'rows', type: 'bigint' },
      { name: 'snapshot_id', type: 'varchar' },
      { name: 'repeated', type: 'boolean' },
    ],
    results.map(({ table, rows, snapshotId, repeated }) => [`${table.schema}.${table.name}`, String(rows), snapshotId, repeated]),
    { snapshots: results.map(printSnapshot), sessionChange: { name: 'transaction', value: null } },
  );
}
