import type {
  Execute,
  Explain,
  Expression,
  Prepare,
  Query,
  ShowObjects,
  Statement,
  TableReference,
  TransactionControl,
} from '../ast/index.ts';
import { precedenceOf } from './expression-precedence.ts';
import { formatCreatePolicy, formatCreateRole, formatDropPolicy, formatGrantOrRevoke } from './format-access.ts';
import { formatAlterTable, formatRenameObject } from './format-alter-table.ts';
import { formatCommentOn, formatCreate, formatDrop, formatPropertyValue } from './format-definition.ts';
import { formatExpression } from './format-expression.ts';
import { formatFunctionArgument } from './format-function-call.ts';
import { formatCopy, formatDelete, formatInsert, formatMerge, formatUpdate } from './format-modification.ts';
import { formatIdentifier, formatQualifiedName, formatString, formatTypeName } from './format-name.ts';
import { formatQuery } from './format-query.ts';
import { formatAlterRoute, formatClearEngine } from './format-route.ts';
import { formatCall, formatCreateFunction } from './format-routine.ts';
import type { FormatRules } from './format-rules.ts';
import { formatTableReference } from './format-table-reference.ts';

const RULES: FormatRules = {
  expression: (expression: Expression) => formatExpression(RULES, expression),
  operand: (expression: Expression, precedence: number) => {
    const text = formatExpression(RULES, expression);
    return precedenceOf(expression) < precedence ? `(${text})` : text;
  },
  query: (query: Query) => formatQuery(RULES, query),
  tableReference: (table: TableReference) => formatTableReference(RULES, table),
};

function formatLike(like: string | null): string {
  return like === null ? '' : ` LIKE ${formatString(like)}`;
}

function formatShowObjects({ subject, from, like }: ShowObjects): string {
  return `SHOW ${subject.toUpperCase()}${from === null ? '' : ` FROM ${formatQualifiedName(from)}`}${formatLike(like)}`;
}

function formatPrepare({ name, parameterTypes, statement }: Prepare): string {
  const types = parameterTypes.length === 0 ? '' : ` (${parameterTypes.map(formatTypeName).join(', ')})`;
  return `PREPARE ${formatIdentifier(name)}${types} AS ${formatStatement(statement)}`;
}

function formatExecute({ name, arguments: list }: Execute): string {
  const values = list.map((argument) => formatFunctionArgument(RULES, argument)).join(', ');
  return `EXECUTE ${formatIdentifier(name)}${list.length === 0 ? '' : ` (${values})`}`;
}

function formatExplainMode({ mode, format }: Explain): string {
  if (format === 'json') return '(FORMAT JSON) ';
  return mode === 'plan' ? '' : `${mode.toUpperCase()} `;
}

function formatTransactionControl({ action, modes, savepoint }: TransactionControl): string {
  if (savepoint === null) return [action.toUpperCase(), modes.join(', ')].filter((part) => part !== '').join(' ');
  return `${action === 'rollback' ? 'ROLLBACK TO' : action.toUpperCase()} ${formatIdentifier(savepoint)}`;
}

type SessionStatement = Extract<
  Statement,
  {
    kind:
      | 'show-objects'
      | 'show-columns'
      | 'show-create'
      | 'show-setting'
      | 'describe-table'
      | 'describe-query'
      | 'set-setting'
      | 'reset-setting'
      | 'set-time-zone'
      | 'use'
      | 'prepare'
      | 'execute'
      | 'deallocate'
      | 'transaction-control';
  }
>;

function formatSessionStatement(statement: SessionStatement): string {
  switch (statement.kind) {
    case 'show-objects':
      return formatShowObjects(statement);
    case 'show-columns':
      return `SHOW COLUMNS FROM ${formatQualifiedName(statement.table)}${formatLike(statement.like)}`;
    case 'show-create':
      return `SHOW CREATE ${statement.objectType.replace('-', ' ').toUpperCase()} ${formatQualifiedName(statement.name)}`;
    case 'show-setting':
      return `SHOW ${formatQualifiedName(statement.name)}`;
    case 'describe-table':
      return `DESCRIBE ${formatQualifiedName(statement.table)}`;
    case 'describe-query':
      return `DESCRIBE ${formatQuery(RULES, statement.query)}`;
    case 'set-setting':
      return `SET ${formatQualifiedName(statement.name)} = ${formatPropertyValue(RULES, statement.value)}`;
    case 'reset-setting':
      return `RESET ${statement.name === null ? 'ALL' : formatQualifiedName(statement.name)}`;
    case 'set-time-zone':
      return `SET TIME ZONE ${statement.zone === null ? 'LOCAL' : formatPropertyValue(RULES, statement.zone)}`;
    case 'use':
      return `USE ${formatQualifiedName(statement.schema)}`;
    case 'prepare':
      return formatPrepare(statement);
    case 'execute':
      return formatExecute(statement);
    case 'deallocate':
      return `DEALLOCATE ${statement.name === null ? 'ALL' : formatIdentifier(statement.name)}`;
    case 'transaction-control':
      return formatTransactionControl(statement);
  }
}

/** Prints a statement on one line, in our own grammar.
 *  Guarantees: parsing the text gives the same tree but for the spans; comments and layout are not kept. */
export function formatStatement(statement: Statement): string {
  switch (statement.kind) {
    case 'query-statement':
      return formatQuery(RULES, statement.query);
    case 'explain':
      return `EXPLAIN ${formatExplainMode(statement)}${formatStatement(statement.statement)}`;
    case 'create-schema':
    case 'create-table':
    case 'create-view':
    case 'create-materialized-view':
      return formatCreate(RULES, statement);
    case 'drop':
      return formatDrop(statement);
    case 'alter-table':
      return formatAlterTable(RULES, statement);
    case 'rename-object':
      return formatRenameObject(statement);
    case 'create-function':
      return formatCreateFunction(statement);
    case 'create-role':
      return formatCreateRole(statement);
    case 'create-policy':
      return formatCreatePolicy(statement, RULES);
    case 'drop-policy':
      return formatDropPolicy(statement);
    case 'grant':
    case 'revoke':
      return formatGrantOrRevoke(statement);
    case 'call':
      return formatCall(RULES, statement);
    case 'alter-materialized-view':
      return `ALTER MATERIALIZED VIEW ${formatQualifiedName(statement.name)} ${statement.action.toUpperCase()}`;
    case 'comment-on':
      return formatCommentOn(statement);
    case 'alter-route':
      return formatAlterRoute(statement);
    case 'clear-engine':
      return formatClearEngine(statement);
    case 'insert':
      return formatInsert(RULES, statement);
    case 'delete':
      return formatDelete(RULES, statement);
    case 'update':
      return formatUpdate(RULES, statement);
    case 'merge':
      return formatMerge(RULES, statement);
    case 'truncate':
      return `TRUNCATE TABLE ${formatQualifiedName(statement.table)}`;
    case 'copy-from':
    case 'copy-to':
      return formatCopy(RULES, statement);
    default:
      return formatSessionStatement(statement);
  }
}
