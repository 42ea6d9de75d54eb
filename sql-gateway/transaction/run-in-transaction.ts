import { PlatformError, type TableTransaction } from '../../spi/index.ts';
import type { BoundStatement } from '../../sql/bind/index.ts';
import { parseStatement } from '../../sql/parse/index.ts';
import { deriveContext } from '../query/derive-context.ts';
import type { StatementParts } from '../query/statement-context.ts';
import type { StatementRequest } from '../query/statement-request.ts';

/** Statements that a transaction takes: those that read, those that change rows, and those of the session. */
const TAKEN: ReadonlySet<BoundStatement['kind']> = new Set([
  'query',
  'insert',
  'delete',
  'update',
  'merge',
  'overwrite',
  'truncate',
  'copy_from',
  'copy_to',
  'set',
  'prepare',
  'deallocate',
  'explain',
  'refused',
]);

/** Runs a statement with the parts that it sees: those of its session's transaction, where it has one. BEGIN, COMMIT and ROLLBACK are about the
 *  transaction and run outside of it.
 *  @throws TRANSACTION_UNKNOWN, TRANSACTION_BUSY, TRANSACTION_FAILED, what the work throws */
export async function runInTransaction<Parts extends StatementParts>(
  { sql, session, principal }: StatementRequest,
  parts: Parts,
  work: (parts: Parts) => Promise<void>,
): Promise<void> {
  if (session.transaction === null || isTransactionControl(sql)) return work(parts);
  return parts.transactions.use(principal.user, session.transaction, (transaction) => work(partsWithin(parts, transaction)));
}

/** Checks that a statement may be part of a transaction.
 *  @throws TRANSACTION_STATEMENT */
export function checkTaken({ kind }: BoundStatement, { transaction }: StatementRequest['session']): void {
  if (transaction === null || kind === 'transaction' || TAKEN.has(kind)) return;
  const message = `This kind of statement (${kind.replaceAll('_', ' ')}) has no place in a transaction.`;
  throw new PlatformError('TRANSACTION_STATEMENT', message, {
    hint: 'A transaction reads, and changes rows. Run statements that change tables, views or the server before BEGIN or after COMMIT.',
  });
}

function isTransactionControl(sql: string): boolean {
  try {
    return parseStatement(sql).kind === 'transaction-control';
  } catch {
    // What is wrong with the text is told, and fails the transaction, when the statement is bound.
    return false;
  }
}

/** What is staged is gone after a rollback, so that no statement is run a second time after its answer. */
function partsWithin<Parts extends StatementParts>(parts: Parts, { catalog, sink }: TableTransaction): Parts {
  const { shadow } = parts;
  const own: Pick<StatementParts, 'catalog' | 'sink' | 'shadow'> = {
    catalog,
    sink,
    shadow: { watch: (outcome) => outcome, list: () => shadow.list(), idle: () => shadow.idle(), close: () => shadow.close() },
  };
  return deriveContext<Parts, object>(parts, own);
}
