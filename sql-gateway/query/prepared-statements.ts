import { nearestName, PlatformError } from '../../spi/index.ts';
import type { JsonValue } from '../../sql/bind/index.ts';
import type { Execute, Expression, Statement } from '../../sql/ast/index.ts';
import { parseStatement } from '../../sql/parse/index.ts';
import { answerDone } from './answer-small.ts';
import type { RequestSession, StatementOutcome, StatementRequest } from './statement-request.ts';

/** How long the prepared statements of a session may be together, for they travel in a header.
 *  Units: characters of their JSON. */
export const PREPARED_LENGTH_MAX = 8192;

/** Texts of prepared statements by name. */
type PreparedTexts = Readonly<Record<string, string>>;

/** Keeps a statement under a name: the client gets all prepared statements of its session and sends them along from now on.
 *  @throws SQL_TOO_LONG when they are too long together */
export function executePrepare({ name, sql }: { readonly name: string; readonly sql: string }, session: RequestSession): StatementOutcome {
  const value = JSON.stringify({ ...preparedTexts(session), [name]: sql });
  if (value.length > PREPARED_LENGTH_MAX) {
    const message = `The prepared statements of the session would have ${String(value.length)} characters, more than the ${String(PREPARED_LENGTH_MAX)} allowed.`;
    throw new PlatformError('SQL_TOO_LONG', message, {
      hint: 'DEALLOCATE those that are not needed, or send parameters with the statement.',
    });
  }
  return answerDone(`prepared ${name}`, { name: 'prepared', value });
}

/** Forgets a prepared statement, or all of them.
 *  @throws SQL_UNKNOWN_PREPARED */
export function executeDeallocate(name: string | null, session: RequestSession): StatementOutcome {
  if (name === null) return answerDone('deallocated all', { name: 'prepared', value: null });
  const texts = preparedTexts(session);
  textOf(texts, name);
  const rest = Object.entries(texts).filter(([other]) => other !== name);
  return answerDone(`deallocated ${name}`, {
    name: 'prepared',
    value: rest.length === 0 ? null : JSON.stringify(Object.fromEntries(rest)),
  });
}

/** Returns the request that an EXECUTE stands for: the prepared statement with the values given; any other request is handed back.
 *  @throws SQL_UNKNOWN_PREPARED, SQL_UNSUPPORTED for a value that is no constant, SQL_PARAMETER */
export function expandExecute(request: StatementRequest): StatementRequest {
  // Reading the text twice is for those few alone that may hold the word.
  if (!/\bexecute\b/i.test(request.sql)) return request;
  const statement = parseStatement(request.sql);
  const execute = executeOf(statement);
  if (execute === null) return request;
  const sql = textOf(preparedTexts(request.session), execute.name.name.toLowerCase());
  const before = statement.kind === 'explain' ? request.sql.slice(statement.span.start, execute.span.start) : '';
  const named = execute.arguments.some((argument) => argument.name !== null);
  const values = execute.arguments.map(({ name, value }) => {
    if (named && name === null) throw new PlatformError('SQL_PARAMETER', 'Values are given by position or by name, not both.');
    return [name?.name ?? '', constantOf(value, request)] as const;
  });
  return { ...request, sql: `${before}${sql}`, parameters: named ? Object.fromEntries(values) : values.map(([, value]) => value) };
}

function executeOf(statement: Statement): Execute | null {
  if (statement.kind === 'execute') return statement;
  return statement.kind === 'explain' && statement.statement.kind === 'execute' ? statement.statement : null;
}

function preparedTexts({ prepared }: RequestSession): PreparedTexts {
  if (prepared === null) return {};
  const invalid = (): PlatformError =>
    new PlatformError('REQUEST_INVALID', "'session.prepared' is not what Trivium-Set-Session told: a JSON object of texts.");
  let texts: unknown;
  try {
    texts = JSON.parse(prepared);
  } catch {
    throw invalid();
  }
  if (typeof texts !== 'object' || texts === null || Array.isArray(texts)) throw invalid();
  if (!Object.values(texts).every((text) => typeof text === 'string')) throw invalid();
  return texts as PreparedTexts;
}

function textOf(texts: PreparedTexts, name: string): string {
  const text = Object.hasOwn(texts, name) ? texts[name] : undefined;
  if (text !== undefined) return text;
  const nearest = nearestName(name, Object.keys(texts));
  throw new PlatformError('SQL_UNKNOWN_PREPARED', `The session has no prepared statement '${name}'.`, {
    hint: nearest === null ? 'PREPARE it, and send the session along that the answer tells.' : `Did you mean '${nearest}'?`,
  });
}

/** Integers beyond the exact ones of JSON, and decimals, go as text, which keeps their digits. */
function constantOf(value: Expression, request: StatementRequest): JsonValue {
  switch (value.kind) {
    case 'string-literal':
    case 'typed-literal':
      return value.value;
    case 'boolean-literal':
      return value.value;
    case 'null-literal':
      return null;
    case 'number-literal':
      return Number.isSafeInteger(Number(value.text)) || /e/i.test(value.text) ? Number(value.text) : value.text;
    case 'unary': {
      const inner = value.operator === '-' || value.operator === '+' ? constantOf(value.operand, request) : null;
      if (inner === null || typeof inner === 'boolean') break;
      if (value.operator === '+') return inner;
      return typeof inner === 'number' ? -inner : `-${inner}`;
    }
    case 'numbered-parameter': {
      const given = Array.isArray(request.parameters) ? (request.parameters as readonly JsonValue[])[value.index - 1] : undefined;
      if (given !== undefined) return given;
      throw new PlatformError('SQL_PARAMETER', `No value is given for parameter $${String(value.index)}.`);
    }
    default:
  }
  throw new PlatformError('SQL_UNSUPPORTED', 'EXECUTE with a value that is not a constant is not supported.', {
    hint: 'Give a number, a string, TRUE, FALSE or NULL.',
  });
}
