import type { FastifyReply } from 'fastify';
import { PlatformError, type Logger } from '../../spi/index.ts';
import { BODY_GRACE_MS_DEFAULT, type GatewayConfig, SQL_BYTES_MAX, STATEMENT_BODY_BYTES_MAX } from '../gateway-config.ts';
import type { QueryRegistry } from '../query/query-registry.ts';
import type { QueryService } from '../query/query-service.ts';
import type { SessionChange, StatementOutcome } from '../query/statement-request.ts';
import { encodeBody } from '../result/result-body.ts';
import type { ResultEncoder } from '../result/result-encoder.ts';
import { negotiateFormat, RESULT_MEDIA_TYPES, type ResultFormat } from '../result/result-format.ts';
import { negotiateCoding } from './content-coding.ts';
import { parseStatementRequest, readSnapshotHeader } from './parse-statement-request.ts';
import { receiveInflated } from './inflate-body.ts';
import { readBody } from './read-body.ts';
import { readIdempotencyKey } from './read-idempotency-key.ts';
import type { HttpExchange, Route } from './route.ts';
import { sendResult } from './send-result.ts';
import { STATEMENT_OPERATION } from './statement-operation.ts';

/** What the endpoint for statements works with. */
export interface StatementRouteParts {
  readonly service: QueryService;
  readonly queries: QueryRegistry;
  readonly encoder: ResultEncoder;
  readonly limits: GatewayConfig['limits'];
  readonly log: Logger;
  /** Throws while no statements are taken. */
  readonly checkOpen: () => void;
}

/** Returns the endpoint that runs statements. */
export function statementRoutes(parts: StatementRouteParts): readonly Route[] {
  return [
    {
      method: 'POST',
      path: '/v1/sql',
      access: 'user',
      operation: STATEMENT_OPERATION,
      handle: async (exchange) => {
        await runStatement(exchange, parts);
      },
    },
  ];
}

async function runStatement(exchange: HttpExchange, parts: StatementRouteParts): Promise<void> {
  const { request, reply, principal } = exchange;
  const { limits, queries, service, log } = parts;
  parts.checkOpen();
  const format = negotiateFormat(request.headers.accept, exchange.query['format']);
  const coding = negotiateCoding(request.headers['accept-encoding']);
  const contentType = request.headers['content-type'];
  const body = await readStatementBody(exchange, limits, contentType);
  const parsed = parseStatementRequest(body, contentType);
  const snapshot = readSnapshotHeader(request.headers['trivium-snapshot']) ?? parsed.session.snapshot;
  const statement = { ...parsed, session: { ...parsed.session, snapshot } };
  const idempotencyKey = readIdempotencyKey(request);
  const record = queries.open(principal.user, statement.sql, { from: request.socket.remoteAddress ?? null });
  exchange.setQueryId(record.id);
  log.debug({ queryId: record.id, user: principal.user, sql: statement.sql }, 'statement received');
  const onClose = (): void => {
    record.cancel(new PlatformError('ENGINE_CANCELLED', 'The client went away before it had its answer.'));
  };
  reply.raw.once('close', onClose);
  try {
    await service.run(record, { ...statement, principal, idempotencyKey }, async (outcome) => {
      const own = ownHeaders(reply);
      const headers = { ...own, ...resultHeaders(format, record.id, outcome), vary: varyOf(own) };
      const chunks = encodeBody(format, outcome, parts.encoder, { queryId: record.id, createdAtMs: record.createdAtMs });
      const countsRows = record.info.kind === 'query' || record.info.kind === 'explain';
      await sendResult(reply.raw, chunks, {
        headers,
        coding,
        stallMs: limits.readerStallMs,
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

function varyOf(headers: Readonly<Record<string, string | number | string[]>>): string {
  return [headers['vary'], 'accept, accept-encoding'].filter((name) => name !== undefined).join(', ');
}

function ownHeaders(reply: FastifyReply): Record<string, string | number | string[]> {
  const headers: Record<string, string | number | string[]> = {};
  for (const [name, value] of Object.entries(reply.getHeaders())) if (value !== undefined) headers[name] = value;
  return headers;
}

/** Units: characters of the list of snapshots in a header; the JSON body has them all. */
const SNAPSHOT_HEADER_LENGTH_MAX = 4096;

function resultHeaders(format: ResultFormat, queryId: string, outcome: StatementOutcome): Record<string, string> {
  const { engine, snapshots, sessionChange } = outcome;
  const charset = format === 'arrow' ? '' : '; charset=utf-8';
  return {
    'content-type': RESULT_MEDIA_TYPES[format] + charset,
    'trivium-query-id': queryId,
    ...(engine === null ? {} : { 'trivium-engine': engine }),
    ...(outcome.cache === undefined ? {} : { 'trivium-cache': outcome.cache }),
    ...(snapshots.length === 0 ? {} : { 'trivium-snapshot': snapshotHeader(snapshots) }),
    ...(sessionChange === null ? {} : { 'trivium-set-session': formatSessionChange(sessionChange) }),
  };
}

/** Entries beyond the longest header are left out whole: a cut one would name another snapshot. */
function snapshotHeader(snapshots: readonly string[]): string {
  let header = '';
  for (const snapshot of snapshots) {
    const longer = (header === '' ? '' : `${header}, `) + encodeURI(snapshot).replaceAll('%20', ' ');
    if (longer.length > SNAPSHOT_HEADER_LENGTH_MAX) break;
    header = longer;
  }
  return header;
}

function formatSessionChange({ name, value }: SessionChange): string {
  return value === null ? name : `${name}=${encodeURIComponent(value)}`;
}
