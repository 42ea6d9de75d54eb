import { RESULT_MEDIA_TYPES } from '../result/result-format.ts';

const RESULT_FACTS = {
  queryId: { type: 'string', format: 'uuid' },
  engine: { type: ['string', 'null'] },
  snapshots: { type: 'array', items: { type: 'string' } },
  columns: {
    type: 'array',
    items: { type: 'object', required: ['name', 'type'], properties: { name: { type: 'string' }, type: { type: 'string' } } },
  },
  rows: { type: 'integer' },
  elapsedMs: { type: 'integer' },
} as const;

const JSON_RESULT = {
  type: 'object',
  required: [...Object.keys(RESULT_FACTS), 'data'],
  properties: { ...RESULT_FACTS, data: { type: 'array', items: { type: 'array', items: {} } } },
} as const;

const COLUMNS_RESULT = {
  type: 'object',
  required: [...Object.keys(RESULT_FACTS), 'batches'],
  properties: {
    ...RESULT_FACTS,
    batches: {
      type: 'array',
      description: 'Each batch is an array of columns, each column an array of values.',
      items: { type: 'array', items: { type: 'array', items: {} } },
    },
  },
} as const;

/** The settings that a request may send along. */
export const SESSION_SCHEMA = {
  type: 'object',
  additionalProperties: false,
  properties: {
    schema: { type: 'string' },
    timeZone: { type: 'string', description: 'IANA name, such as Europe/Berlin.' },
    engine: { type: 'string' },
    timeoutMs: { type: ['integer', 'string'] },
    resultCache: { type: 'string', enum: ['on', 'off'], description: 'Whether stored results may answer.' },
    freshViews: { type: 'string', enum: ['on', 'off'], description: 'Whether fresh materialized views may answer.' },
    snapshot: {
      type: 'string',
      description: 'What is read where the statement names no version: a timestamp, or schema.table@id, schema.table@id.',
    },
    readYourWrites: {
      type: 'string',
      enum: ['on', 'off'],
      description: 'Whether materialized views are read only when they hold what the session wrote.',
    },
    readAfter: { type: 'string', description: 'What the session wrote last, as Trivium-Set-Session told it.' },
    transaction: { type: 'string', description: 'The transaction that the statement is part of, as BEGIN told it.' },
    prepared: { type: 'string', description: 'Prepared statements, as Trivium-Set-Session told them.' },
  },
} as const;

const REQUEST_BODY = {
  required: true,
  content: {
    'application/json': {
      schema: {
        type: 'object',
        required: ['sql'],
        additionalProperties: false,
        properties: {
          sql: { type: 'string', maxLength: 1048576 },
          parameters: {
            description: 'By position or by name. Numbers beyond 2^53 are sent as text.',
            oneOf: [
              { type: 'array', items: { type: ['string', 'number', 'boolean', 'null'] } },
              { type: 'object', additionalProperties: { type: ['string', 'number', 'boolean', 'null'] } },
            ],
          },
          session: SESSION_SCHEMA,
          timeoutMs: { type: 'integer', minimum: 1 },
        },
      },
    },
    'text/plain': { schema: { type: 'string' } },
  },
} as const;

/** Headers of a result. */
export const RESULT_HEADERS = {
  'Trivium-Query-Id': { schema: { type: 'string' } },
  'Trivium-Engine': { schema: { type: 'string' } },
  'Trivium-Cache': { description: 'Whether a stored result answered.', schema: { type: 'string', enum: ['hit', 'miss'] } },
  'Trivium-Snapshot': { description: 'Snapshots read, as schema.table@id, percent-encoded.', schema: { type: 'string' } },
  'Trivium-Set-Session': {
    description: 'name=value: a session setting to send from now on (value percent-encoded); a bare name: send it no more.',
    schema: { type: 'string' },
  },
} as const;

/** A result in each of its forms. */
export const RESULT_CONTENT = {
  [RESULT_MEDIA_TYPES.json]: { schema: JSON_RESULT },
  [RESULT_MEDIA_TYPES.columns]: { schema: COLUMNS_RESULT },
  [RESULT_MEDIA_TYPES.ndjson]: { schema: { type: 'string' } },
  [RESULT_MEDIA_TYPES.csv]: { schema: { type: 'string' } },
  [RESULT_MEDIA_TYPES.arrow]: { schema: { type: 'string', contentEncoding: 'binary' } },
  [RESULT_MEDIA_TYPES.parquet]: { schema: { type: 'string', contentEncoding: 'binary' } },
} as const;

/** Describes POST /v1/sql, but for its answers. */
export const STATEMENT_OPERATION = {
  operationId: 'runStatement',
  summary: 'Run one SQL statement.',
  description:
    'A failure after the first byte breaks the connection: an answer that ends properly is complete. JSON ends with its closing brace, Arrow with its end-of-stream marker.',
  parameters: [
    { name: 'format', in: 'query', description: 'Wins over Accept.', schema: { type: 'string', enum: Object.keys(RESULT_MEDIA_TYPES) } },
    {
      name: 'Accept-Encoding',
      in: 'header',
      description: 'gzip, or zstd where the server has it, by quality. Small results are sent as they are.',
      schema: { type: 'string' },
    },
    { name: 'Content-Encoding', in: 'header', description: 'Of the request.', schema: { type: 'string', enum: ['gzip', 'identity'] } },
    {
      name: 'Idempotency-Key',
      in: 'header',
      description: 'A write repeated under its key is done once per table.',
      schema: { type: 'string' },
    },
    {
      name: 'Prefer',
      in: 'header',
      description: 'respond-async: answer with 202 when the statement is bound; its result is kept for /v1/statements/{id}/result.',
      schema: { type: 'string', enum: ['respond-async'] },
    },
    {
      name: 'Trivium-Snapshot',
      in: 'header',
      description:
        'What is read where the statement names no version: the header of an earlier answer, or a timestamp. Wins over session.snapshot.',
      schema: { type: 'string' },
    },
  ],
  requestBody: REQUEST_BODY,
} as const;
