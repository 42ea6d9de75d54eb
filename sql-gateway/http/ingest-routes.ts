import { rm } from 'node:fs/promises';
import { type FileFormat, PlatformError } from '../../spi/index.ts';
import { BODY_GRACE_MS_DEFAULT, type GatewayConfig } from '../gateway-config.ts';
import { ingestRows, type IngestParts, type IngestRequest, spoolRows } from '../query/ingest-rows.ts';
import type { QueryRegistry } from '../query/query-registry.ts';
import type { QueryService } from '../query/query-service.ts';
import { parseTimeoutMs } from '../query/session-value.ts';
import { receiveInflated } from './inflate-body.ts';
import { readIdempotencyKey } from './read-idempotency-key.ts';
import type { HttpExchange, Route } from './route.ts';

/** What the endpoint for uploads works with. */
export interface IngestRouteParts {
  readonly ingest: IngestParts;
  readonly service: QueryService;
  readonly queries: QueryRegistry;
  readonly limits: GatewayConfig['limits'];
  /** Throws while no statements are taken. */
  readonly checkOpen: () => void;
}

const FORMATS: Readonly<Record<string, FileFormat>> = {
  'application/x-ndjson': 'ndjson',
  'application/jsonl': 'ndjson',
  'text/csv': 'csv',
  'application/vnd.apache.arrow.stream': 'arrow',
  'application/vnd.apache.parquet': 'parquet',
};

const OPERATION = {
  operationId: 'appendRows',
  summary: 'Append rows to a table.',
  description:
    'Columns are matched by name. The answer comes when the rows are durable. A request repeated under its Idempotency-Key is committed once.',
  parameters: [
    { name: 'Content-Encoding', in: 'header', schema: { type: 'string', enum: ['gzip', 'identity'] } },
    { name: 'Idempotency-Key', in: 'header', schema: { type: 'string', maxLength: 200 } },
    { name: 'timeoutMs', in: 'query', schema: { type: 'integer', minimum: 1 } },
  ],
  requestBody: {
    required: true,
    content: Object.fromEntries(Object.keys(FORMATS).map((mediaType) => [mediaType, { schema: { type: 'string' } }])),
  },
  responses: {
    200: {
      description: 'The rows are part of the table.',
      content: {
        'application/json': {
          schema: {
            type: 'object',
            required: ['rows', 'snapshotId', 'repeated'],
            properties: { rows: { type: 'integer' }, snapshotId: { type: 'string' }, repeated: { type: 'boolean' } },
          },
        },
      },
    },
  },
} as const;

/** Returns the endpoint that takes rows into a table. */
export function ingestRoutes(parts: IngestRouteParts): readonly Route[] {
  return [
    {
      method: 'POST',
      path: '/v1/tables/{schema}/{table}/rows',
      access: 'write',
      operation: OPERATION,
      handle: (exchange) => appendRows(exchange, parts),
    },
  ];
}

async function appendRows(exchange: HttpExchange, { ingest, service, queries, limits, checkOpen }: IngestRouteParts): Promise<unknown> {
  const { request, reply, principal, path, query } = exchange;
  checkOpen();
  const format = formatOf(request.headers['content-type']);
  const idempotencyKey = readIdempotencyKey(request);
  const timeoutMs = readTimeout(query['timeoutMs']);
  const record = queries.open(principal.user, null, { from: request.socket.remoteAddress ?? null });
  exchange.setQueryId(record.id);
  reply.header('trivium-query-id', record.id);
  const onClose = (): void => {
    record.cancel(new PlatformError('ENGINE_CANCELLED', 'The client went away before its rows were taken.'));
  };
  reply.raw.once('close', onClose);
  const { bodyBytesMax: bytesMax, bodyBytesPerSecondMin: bytesPerSecondMin, bodyGraceMs: graceMs = BODY_GRACE_MS_DEFAULT } = limits;
  const rows: IngestRequest = {
    caller: principal,
    name: { schema: path['schema'] ?? '', name: path['table'] ?? '' },
    format,
    idempotencyKey,
    receive: (take) => receiveInflated(request.raw, { bytesMax, bytesPerSecondMin, graceMs }, take, record.signal),
  };
  try {
    const result = await service.runUpload(record, timeoutMs, {
      receive: () => spoolRows(rows, record, ingest),
      work: (spooled) => ingestRows(spooled, rows, record, ingest),
      release: ({ path: spooled }) => rm(spooled, { force: true }),
    });
    return { rows: result.rows, snapshotId: result.snapshotId, repeated: result.repeated, queryId: record.id };
  } finally {
    reply.raw.off('close', onClose);
  }
}

function readTimeout(given: string | undefined): number | null {
  if (given === undefined) return null;
  const timeoutMs = parseTimeoutMs(given);
  if (timeoutMs !== null) return timeoutMs;
  throw new PlatformError('REQUEST_INVALID', "'timeoutMs' must be a whole number of milliseconds from 1.");
}

function formatOf(contentType: string | undefined): FileFormat {
  const mediaType = contentType?.split(';', 1)[0]?.trim().toLowerCase() ?? '';
  const format = Object.hasOwn(FORMATS, mediaType) ? FORMATS[mediaType] : undefined;
  if (format !== undefined) return format;
  throw new PlatformError('REQUEST_INVALID', `Rows of the content type '${mediaType.slice(0, 100)}' are not taken.`, {
    hint: `Send ${Object.keys(FORMATS).join(', ')}.`,
  });
}
