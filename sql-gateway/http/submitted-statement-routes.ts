import { PlatformError } from '../../spi/index.ts';
import type { AuditLog } from '../access/audit-log.ts';
import { checkScope } from '../access/check-scope.ts';
import type { GatewayConfig } from '../gateway-config.ts';
import { answersRows } from '../query/query-registry.ts';
import type { ResultPage } from '../statement/result-file.ts';
import type { SubmittedStatement } from '../statement/submitted-statement.ts';
import type { SubmittedStatements } from '../statement/submitted-statements.ts';
import { askedUser } from './asked-user.ts';
import type { CheckRoute } from './check-route-access.ts';
import { negotiateCoding } from './content-coding.ts';
import { noteCancelled } from './note-cancelled.ts';
import { ownHeaders } from './own-headers.ts';
import { toProblem } from './problem.ts';
import { readWaitMs } from './read-wait-ms.ts';
import { resultHeaders } from './result-headers.ts';
import type { HttpExchange, Route } from './route.ts';
import { asksForEvents, sendEvents } from './send-events.ts';
import { sendResult } from './send-result.ts';
import {
  DROP_STATEMENT_OPERATION,
  GET_RESULT_OPERATION,
  GET_STATEMENT_OPERATION,
  LIST_STATEMENTS_OPERATION,
} from './submitted-statement-operations.ts';

/** What the endpoints for submitted statements work with. */
export interface SubmittedStatementRouteParts {
  readonly submitted: SubmittedStatements;
  readonly audit: AuditLog | null;
  readonly checkRoute: CheckRoute;
  readonly limits: GatewayConfig['limits'];
  /** Throws while nothing new is taken. */
  readonly checkOpen: () => void;
}

/** Returns the endpoints that show and drop the caller's own submitted statements, and answer with their results; administrators are shown, and
 *  drop, those of others, and read the results of none of them. */
export function submittedStatementRoutes(parts: SubmittedStatementRouteParts): readonly Route[] {
  const access = 'user';
  const { submitted } = parts;
  return [
    {
      method: 'GET',
      path: '/v1/statements',
      access,
      operation: LIST_STATEMENTS_OPERATION,
      handle: async (exchange) => ({
        statements: submitted.list(await askedUser(exchange, parts.checkRoute)).map(describeStatement),
      }),
    },
    {
      method: 'GET',
      path: '/v1/statements/{id}',
      access,
      operation: GET_STATEMENT_OPERATION,
      handle: (exchange) => showStatement(exchange, parts),
    },
    {
      method: 'GET',
      path: '/v1/statements/{id}/result',
      access,
      operation: GET_RESULT_OPERATION,
      handle: (exchange) => answerResult(exchange, parts),
    },
    {
      method: 'DELETE',
      path: '/v1/statements/{id}',
      access,
      operation: DROP_STATEMENT_OPERATION,
      handle: async (exchange) => {
        const statement = findStatement(exchange, submitted, await askedUser(exchange, parts.checkRoute));
        await submitted.drop(statement);
        noteCancelled(statement.info, exchange, parts.audit);
        return describeStatement(statement);
      },
    },
  ];
}

/** Returns where a submitted statement is asked about. */
export function statementPath({ info }: SubmittedStatement): string {
  return `/v1/statements/${info.queryId}`;
}

/** Returns what is shown of a submitted statement. */
export function describeStatement(statement: SubmittedStatement): Readonly<Record<string, unknown>> {
  const { info, format, error, expiresAtMs } = statement;
  return {
    ...info,
    format,
    error: error === null ? null : toProblem(error, info.queryId),
    expiresAtMs,
    resultPath: `${statementPath(statement)}/result`,
  };
}

async function showStatement(exchange: HttpExchange, parts: SubmittedStatementRouteParts): Promise<unknown> {
  const { submitted, checkOpen, checkRoute } = parts;
  const statement = findStatement(exchange, submitted, await askedUser(exchange, checkRoute));
  if (asksForEvents(exchange)) {
    const look = async (): Promise<ReturnType<typeof describeStatement>> => describeStatement(statement);
    return sendEvents(exchange, { look, hasEnded: ({ expiresAtMs }) => expiresAtMs !== null, checkOpen });
  }
  await waitFor(exchange, statement, () => false);
  return describeStatement(statement);
}

async function answerResult(exchange: HttpExchange, { submitted, limits }: SubmittedStatementRouteParts): Promise<undefined> {
  const { request, reply, principal } = exchange;
  const statement = findStatement(exchange, submitted, principal.user);
  const { info, file, format } = statement;
  exchange.setQueryId(info.queryId);
  const coding = negotiateCoding(request.headers['accept-encoding'], format);
  const part = choosePart(exchange.query['page'], statement);
  await waitFor(exchange, statement, () => part() !== null);
  if (answersRows(statement.info)) checkScope(principal, 'read', 'Reading the result of a query');
  if (statement.error !== null) throw statement.error;
  const { answer } = statement;
  const found = part();
  if (answer === null || found === null) {
    throw new PlatformError('REQUEST_NOT_READY', 'The statement has not come so far yet.', { hint: 'Ask with ?waitMs=60000.' });
  }
  const headers = resultHeaders(ownHeaders(reply), format, info.queryId, answer);
  try {
    await sendResult(reply.raw, file.read(found), {
      headers: found.next === null ? headers : { ...headers, 'trivium-next-page': String(found.next) },
      coding,
      stallMs: limits.readerStallMs,
      onSent: () => undefined,
    });
  } finally {
    if (reply.raw.headersSent) reply.hijack();
  }
  return undefined;
}

/** Returns what finds the page that is asked for, or the whole result; null while it is not there. */
function choosePart(token: string | undefined, statement: SubmittedStatement): () => ResultPage | null {
  const { file } = statement;
  if (token === undefined) return () => (statement.hasEnded ? { from: 0, to: file.bytes, next: null } : null);
  const from = /^\d{1,15}$/.test(token) ? Number(token) : -1;
  if (file.pageAt(from) === undefined) {
    throw new PlatformError('REQUEST_INVALID', `No page of this result is called '${token.slice(0, 100)}'.`, {
      hint: 'The first page is called 0, each other as the header Trivium-Next-Page of the page before says.',
    });
  }
  return () => file.pageAt(from) ?? null;
}

async function waitFor({ query, reply }: HttpExchange, statement: SubmittedStatement, isTrue: () => boolean): Promise<void> {
  const waitMs = readWaitMs(query['waitMs']);
  const gone = new AbortController();
  const onClose = (): void => {
    gone.abort();
  };
  reply.raw.once('close', onClose);
  await statement.waitUntil(isTrue, waitMs, gone.signal);
  reply.raw.off('close', onClose);
}

function findStatement({ path }: HttpExchange, submitted: SubmittedStatements, user: string): SubmittedStatement {
  const id = path['id'] ?? '';
  const statement = submitted.find(user, id);
  if (statement !== null) return statement;
  throw new PlatformError('REQUEST_NOT_FOUND', `You have no submitted statement '${id.slice(0, 100)}'.`, {
    hint: 'Results are removed some time after their statement has ended, and when the server stops; a job outlives it.',
  });
}
