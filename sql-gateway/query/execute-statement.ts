import type { BoundStatement } from '../../sql/bind/index.ts';
import { describeAccessChange } from '../access/describe-access-change.ts';
import { answerDone } from './answer-small.ts';
import { executeAlterRoute, executeClearEngine } from './execute-alter-route.ts';
import { executeCall } from './execute-call.ts';
import { executeCopyFrom, executeCopyTo } from './execute-copy.ts';
import { executeDefinition } from './execute-definition.ts';
import { executeExplain } from './execute-explain.ts';
import { executeModification } from './execute-modification.ts';
import { executeQuery } from './execute-query.ts';
import { refusal } from './execute-refused.ts';
import { executeSet } from './execute-set.ts';
import { executeCreateTableAs, executeInsert } from './execute-write.ts';
import { executeDeallocate, executePrepare } from './prepared-statements.ts';
import { executeStream } from '../stream/execute-stream.ts';
import { executeTransfer } from './execute-transfer.ts';
import { executeTransaction } from '../transaction/execute-transaction.ts';
import type { StatementContext } from './statement-context.ts';
import type { StatementOutcome } from './statement-request.ts';

/** Runs a bound statement, which its user may run, up to the beginning of its answer.
 *  Guarantees: what is written is committed when this returns; a failure leaves tables and files as they were. */
export async function executeStatement(statement: BoundStatement, context: StatementContext): Promise<StatementOutcome> {
  const { access, catalog, request, turn } = context;
  // A query takes its turn when it is known how long it may take, and none for a stored result.
  if (statement.kind !== 'query' && statement.kind !== 'explain') await turn.take('long');
  return access.define(statement, request.principal, catalog, (owned) => execute(owned, context));
}

async function execute(statement: BoundStatement, context: StatementContext): Promise<StatementOutcome> {
  switch (statement.kind) {
    case 'query':
      return executeQuery(statement, context);
    case 'insert':
      return executeInsert(statement, context);
    case 'delete':
    case 'update':
    case 'merge':
    case 'overwrite':
    case 'truncate':
      return executeModification(statement, context);
    case 'create_table_as':
      return executeCreateTableAs(statement, context);
    case 'copy_from':
      return executeCopyFrom(statement, context);
    case 'copy_to':
      return executeCopyTo(statement, context);
    case 'set':
      return executeSet(statement, context);
    case 'alter_route':
      return executeAlterRoute(statement, context);
    case 'clear_engine':
      return executeClearEngine(statement, context);
    case 'create_materialized_view':
    case 'alter_materialized_view':
    case 'drop_materialized_view':
      return executeStream(statement, context);
    case 'prepare':
      return executePrepare(statement, context.request.session);
    case 'deallocate':
      return executeDeallocate(statement.name, context.request.session);
    case 'transaction':
      return executeTransaction(statement, context);
    case 'call':
      return executeCall(statement, context);
    case 'transfer':
      return executeTransfer(statement, context);
    case 'access':
      await context.access.change(statement.change, context.request.principal);
      return answerDone(describeAccessChange(statement.change));
    case 'refused':
      throw refusal(statement);
    case 'explain':
      return executeExplain(statement, context);
    default:
      return executeDefinition(statement, context);
  }
}
