import type { TransactionControl } from '../ast/index.ts';
import type { BoundStatement } from './bound-statement.ts';
import { refusedStatement, type RefusedStatement } from './refused-statement.ts';

const SAVEPOINT_HINT = 'A transaction is rolled back as a whole: ROLLBACK, and run it again.';

const MODE_HINTS: Readonly<Record<string, string>> = {
  'ISOLATION LEVEL SERIALIZABLE':
    'Transactions have snapshot isolation, which is weaker: BEGIN without the mode, and UPDATE or MERGE the rows that a decision rests on.',
  'READ ONLY': 'BEGIN without the mode: a transaction that writes nothing commits nothing.',
};

/** Binds BEGIN, COMMIT and ROLLBACK. Savepoints, and modes that promise more than snapshot isolation does, are refused when they are run. */
export function bindTransactionControl({
  action,
  modes,
  savepoint,
}: TransactionControl): RefusedStatement | Extract<BoundStatement, { kind: 'transaction' }> {
  if (savepoint !== null || action === 'savepoint' || action === 'release') {
    return refusedStatement(`${action.toUpperCase()}${savepoint === null ? '' : ` ${savepoint.name}`}`, SAVEPOINT_HINT);
  }
  for (const mode of modes) {
    const hint = MODE_HINTS[mode];
    if (hint !== undefined) return refusedStatement(`BEGIN ${mode}`, hint, { mode });
  }
  return { kind: 'transaction', action };
}
