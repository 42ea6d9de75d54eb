import type { TransactionControl } from '../ast/index.ts';
import { refusedStatement, type RefusedStatement } from './refused-statement.ts';

const HINTS: Readonly<Record<TransactionControl['action'], string>> = {
  begin:
    'Every statement is a transaction of its own. Put changes of one table into one MERGE; SET snapshot to read several tables as of one moment.',
  commit: 'Every statement is committed when it is answered.',
  rollback: 'A statement that fails leaves no trace; one that was answered is committed. Read older rows with FOR VERSION AS OF.',
  savepoint: 'Every statement is a transaction of its own; a snapshot can be read again with FOR VERSION AS OF.',
  release: 'There are no savepoints: every statement is a transaction of its own.',
};

/** Binds BEGIN, COMMIT, ROLLBACK, SAVEPOINT and RELEASE, which are refused when they are run. */
export function bindTransactionControl({ action, modes, savepoint }: TransactionControl): RefusedStatement {
  const what = savepoint === null ? action.toUpperCase() : `${action.toUpperCase()} ${savepoint.name}`;
  return refusedStatement(what, HINTS[action], modes.length === 0 ? {} : { modes: modes.join(', ') });
}
