import { PlatformError, type Logger } from '../../spi/index.ts';
import { BODY_GRACE_MS_DEFAULT, type GatewayConfig, SQL_BYTES_MAX, STATEMENT_BODY_BYTES_MAX } from '../gateway-config.ts';
import { answersRows, type QueryRecord, type QueryRegistry } from '../query/query-registry.ts';
import type { QueryService } from '../query/query-service.ts';
import type { StatementRequest } from '../query/statement-request.ts';
import { encodeBody } from '../result/result-body.ts';
import type { ResultEncoder } from '../result/result-encoder.ts';
import { negotiateFormat, type ResultFormat } from '../result/result-format.ts';
import type { SubmittedStatements } from '../statement/submitted-statements.ts';
import { negotiateCoding } from './content-coding.ts';
import { ownHeaders } from './own-headers.ts';
import { parseStatementRequest, readSnapshotHeader } from './parse-statement-request.ts';
import { receiveInflated } from './inflate-body.ts';
import { readBody } from './read-body.ts';
import { prefersAsync } from './prefers-async.ts';
import { readIdempotencyKey } from './read-idempotency-key.ts';
import { resultHeaders } from './result-headers.ts';
import type { HttpExchange, Route } from './route.ts';
import { sendResult } from './send-result.ts';
import { SUBMITTED_RESPONSE } from './submitted-statement-operations.ts';
import { describeStatement, statementPath } from './submitted-statement-routes.ts';
import { RESULT_CONTENT, RESULT_HEADERS, STATEMENT_OPERATION } from './statement-operation.ts';

/** What the endpoint for statements works with. */
export interface StatementRouteParts {
  readonly service: QueryService;
  readonly queries: QueryRegistry;
  readonly submitted: SubmittedStatements;
  readonly encoder: ResultEncoder;
  readonly limits: GatewayConfig['limits'];
  readonly log: Logger;
  /** Throws while no statements are taken. */
  readonly checkOpen: () => void;
}

/** Returns the endpoint that runs statements, and submits those that nobody waits for. */
export function statementRoutes(parts: StatementRouteParts): readonly Route[] {
  return [
    {
      method: 'POST',
      path: '/v1/sql',
      access: 'user',
      operation: {
        ...STATEMENT_OPERATION,
        responses: {
          200: { description: 'The result, as it comes.', headers: RESULT_HEADERS, content: RESULT_CONTENT },
          202: SUBMITTED_RESPONSE,
        },
      },
      handle: (exchange) => answerStatement(exchange, parts),
    },
  ];
}

async function answerStatement(exchange: HttpExchange, parts: StatementRouteParts): Promise<unknown> {
  const { request, principal } = exchange;
  parts.checkOpen();
  const format = negotiateFormat(request.headers.accept, exchange.query['format']);
  const statement = await readStatement(exchange, parts.limits);
  const record = parts.queries.open(principal.user, statement.sql, { from: request.socket.remoteAddress ?? null });
  exchange.setQueryId(record.id);
  parts.log.debug({ queryId: record.id, user: principal.user, sql: statement.sql }, 'statement received');
  if (prefersAsync(request.headers['prefer'])) return submitStatement(exchange, parts, { record, statement, format });
  await runStatement(exchange, parts, { record, statement, format });
  return undefined;
}

async function readStatement(exchange: HttpExchange, limits: GatewayConfig['limits']): Promise<StatementRequest> {
  const { request, principal } = exchange;
  const contentType = request.headers['content-type'];
  const body = await readStatementBody(exchange, limits, contentType);
  const parsed = parseStatementRequest(body, contentType);
  const snapshot = readSnapshotHeader(request.headers['trivium-snapshot']) ?? parsed.session.snapshot;
  return { ...parsed, session: { ...parsed.session, snapshot }, principal, idempotencyKey: readIdempotencyKey(request) };
}

interface StatementRun {
  readonly record: QueryRecord;
  readonly statement: StatementRequest;
  readonly format: ResultFormat;
}

/** @see RFC 7240, section 4.1 */
async function submitStatement({ reply }: HttpExchange, { submitted }: StatementRouteParts, run: StatementRun): Promise<unknown> {
  const taken = await submitted.submit(run.record, run.statement, run.format);
  const headers = { location: statementPath(taken), 'preference-applied': 'respond-async', 'trivium-query-id': run.record.id };
  reply.code(202).headers(headers);
  return describeStatement(taken);
}

async function runStatement({ request, reply }: HttpExchange, parts: StatementRouteParts, run: StatementRun): Promise<void> {
  const { record, statement, format } = run;
  const coding = negotiateCoding(request.headers['accept-encoding'], format);
  const onClose = (): void => {
    record.cancel(new PlatformError('ENGINE_CANCELLED', 'The client went away before it had its answer.'));
  };
  reply.raw.once('close', onClose);
  try {
    await parts.service.run(record, statement, async (outcome) => {
      const chunks = encodeBody(format, outcome, parts.encoder, { queryId: record.id, createdAtMs: record.createdAtMs });
      const countsRows = answersRows(record.info);
      await sendResult(reply.raw, chunks, {
        headers: resultHeaders(ownHeaders(reply), format, record.id, outcome),
        coding,
        stallMs: parts.limits.readerStallMs,
        onSent: (rows, bytes) => {
          record.count(countsRows ? rows : 0, bytes);
        },
      });
    });
  } finally {
    reply.raw.off('close', onClose);
    if (reply.raw.headersSent) reply.hijack();
  }
}

async function readStatementBody(
  { request }: HttpExchange,
  limits: GatewayConfig['limits'],
  contentType: string | undefined,
): Promise<Buffer> {
  const plain = contentType?.toLowerCase().startsWith('text/plain') === true;
  const bytesMax = plain ? SQL_BYTES_MAX : STATEMENT_BODY_BYTES_MAX;
  try {
    const bodyLimits = {
      bytesMax,
      bytesPerSecondMin: limits.bodyBytesPerSecondMin,
      graceMs: limits.bodyGraceMs ?? BODY_GRACE_MS_DEFAULT,
    };
    return await readBody(request.raw, bodyLimits, receiveInflated);
  } catch (error) {
    if (!(error instanceof PlatformError) || error.code !== 'RESOURCE_BODY_TOO_LARGE') throw error;
    throw new PlatformError('SQL_TOO_LONG', `The statement's request is longer than ${String(bytesMax)} bytes.`, {
      hint: 'Send rows to POST /v1/tables/{schema}/{table}/rows.',
      details: { bytesMax },
    });
  }
}
