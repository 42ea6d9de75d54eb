import { USER_PARAMETER } from './asked-user.ts';
import { RESULT_CONTENT, RESULT_HEADERS } from './statement-operation.ts';
import { WAIT_MS_MAX } from './read-wait-ms.ts';

const TIME = { type: ['integer', 'null'], description: 'Milliseconds since 1970 UTC.' } as const;

/** What is shown of a submitted statement beside what `/v1/queries` shows. */
const SUBMITTED_STATEMENT = {
  type: 'object',
  description: 'As in /v1/queries, and:',
  required: ['queryId', 'user', 'state', 'rows', 'bytes', 'format', 'error', 'expiresAtMs', 'resultPath'],
  properties: {
    queryId: { type: 'string', format: 'uuid' },
    user: { type: 'string' },
    state: { type: 'string', enum: ['queued', 'running', 'finished', 'failed', 'cancelled'] },
    rows: { type: 'integer', description: 'Rows of the result that are there.' },
    bytes: { type: 'integer', description: 'Bytes of the result that are there.' },
    progress: { type: ['object', 'null'], description: 'What the engine tells of its work.' },
    createdAtMs: { type: 'integer' },
    startedAtMs: TIME,
    endedAtMs: TIME,
    expiresAtMs: { ...TIME, description: 'When the result is removed, in milliseconds since 1970 UTC; null while the statement runs.' },
    format: { type: 'string' },
    error: { description: 'The problem that the statement failed with; null for none.', type: ['object', 'null'] },
    resultPath: { type: 'string' },
  },
} as const;

const STATEMENT_CONTENT = { 'application/json': { schema: SUBMITTED_STATEMENT } } as const;

const WAIT = {
  name: 'waitMs',
  in: 'query',
  description: 'How long to wait for the end of the statement, or for the page, before the answer.',
  schema: { type: 'integer', minimum: 0, maximum: WAIT_MS_MAX, default: 0 },
} as const;

/** The answer to a statement that is not waited for. */
export const SUBMITTED_RESPONSE = {
  description: 'The statement is bound and runs, whether the client stays or not.',
  headers: { Location: { schema: { type: 'string' } }, 'Preference-Applied': { schema: { type: 'string' } } },
  content: STATEMENT_CONTENT,
} as const;

/** Describes GET /v1/statements. */
export const LIST_STATEMENTS_OPERATION = {
  operationId: 'listStatements',
  summary: 'List the statements that you submitted and whose results are kept, newest first.',
  parameters: [USER_PARAMETER],
  responses: {
    200: {
      description: 'The statements.',
      content: {
        'application/json': { schema: { type: 'object', properties: { statements: { type: 'array', items: SUBMITTED_STATEMENT } } } },
      },
    },
  },
} as const;

/** Describes GET /v1/statements/{id}. */
export const GET_STATEMENT_OPERATION = {
  operationId: 'getStatement',
  summary: 'Show a statement that you submitted, or follow it until it has ended.',
  description:
    'As text/event-stream: a `progress` event with the statement at each change, and an `end` event when it has ended. A stream that closes without one says nothing about the statement: ask again.',
  parameters: [WAIT, USER_PARAMETER],
  responses: {
    200: { description: 'The statement.', content: { ...STATEMENT_CONTENT, 'text/event-stream': { schema: { type: 'string' } } } },
  },
} as const;

/** Describes GET /v1/statements/{id}/result. */
export const GET_RESULT_OPERATION = {
  operationId: 'getStatementResult',
  summary: 'Read the result of a statement that you submitted, as often as you like.',
  description:
    'Answers as POST /v1/sql would have done, with the error of a statement that failed. A statement that still runs is REQUEST_NOT_READY.',
  parameters: [
    WAIT,
    {
      name: 'page',
      in: 'query',
      description:
        '0 for the first page, then what Trivium-Next-Page says. All pages after each other are the result. Left out for the whole.',
      schema: { type: 'string' },
    },
  ],
  responses: {
    200: {
      description: 'The result, or a page of it.',
      headers: {
        ...RESULT_HEADERS,
        'Trivium-Next-Page': { description: 'The page after this one; none after the last.', schema: { type: 'string' } },
      },
      content: RESULT_CONTENT,
    },
  },
} as const;

/** Describes DELETE /v1/statements/{id}. */
export const DROP_STATEMENT_OPERATION = {
  operationId: 'dropStatement',
  summary: 'Cancel a statement that you submitted if it runs, and remove its result.',
  parameters: [USER_PARAMETER],
  responses: { 200: { description: 'The statement as it was.', content: STATEMENT_CONTENT } },
} as const;
