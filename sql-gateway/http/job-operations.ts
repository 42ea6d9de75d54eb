import type { JobState } from '../job/job-progress.ts';
import { SESSION_SCHEMA } from './statement-operation.ts';

/** The states of a job, in the order of its life. */
export const JOB_STATES = ['queued', 'running', 'cancelling', 'finished', 'failed', 'cancelled'] as const satisfies readonly JobState[];

const TIME = { type: ['integer', 'null'], description: 'Milliseconds since 1970 UTC.' } as const;

const NUMBER_OR_NULL = { type: ['integer', 'null'] } as const;

const TEXT_OR_NULL = { type: ['string', 'null'] } as const;

const SUMMARY_PROPERTIES = {
  jobId: { type: 'string', format: 'uuid' },
  user: { type: 'string' },
  name: TEXT_OR_NULL,
  state: { type: 'string', enum: JOB_STATES },
  statement: { ...NUMBER_OR_NULL, description: 'The statement that runs, failed, or comes next; null when all are done.' },
  statementCount: { type: 'integer' },
  engine: TEXT_OR_NULL,
  fraction: { type: 'number', minimum: 0, maximum: 1 },
  tasks: {
    type: ['object', 'null'],
    description: 'Pieces of the running statement, where the engine cuts it.',
    properties: { done: { type: 'integer' }, total: { type: 'integer' } },
  },
  rows: { type: 'integer', description: 'Rows written by the statements that are done.' },
  createdAtMs: { type: 'integer' },
  startedAtMs: TIME,
  endedAtMs: TIME,
  error: {
    type: ['object', 'null'],
    properties: {
      statement: { type: 'integer' },
      code: { type: 'string' },
      message: { type: 'string' },
      line: NUMBER_OR_NULL,
      column: NUMBER_OR_NULL,
      hint: TEXT_OR_NULL,
    },
  },
} as const;

const JOB_SUMMARY = { type: 'object', required: Object.keys(SUMMARY_PROPERTIES), properties: SUMMARY_PROPERTIES } as const;

const JOB = {
  type: 'object',
  required: [...Object.keys(SUMMARY_PROPERTIES), 'statements'],
  properties: {
    ...SUMMARY_PROPERTIES,
    statements: {
      type: 'array',
      items: {
        type: 'object',
        properties: {
          statement: { type: 'integer' },
          sql: { type: 'string' },
          state: { type: 'string', enum: ['waiting', 'running', 'finished', 'failed', 'cancelled'] },
          engine: TEXT_OR_NULL,
          queryId: TEXT_OR_NULL,
          rows: { type: 'integer' },
          snapshotId: TEXT_OR_NULL,
          startedAtMs: TIME,
          endedAtMs: TIME,
        },
      },
    },
  },
} as const;

const JOB_CONTENT = { 'application/json': { schema: JOB } } as const;

/** Describes POST /v1/jobs. */
export const SUBMIT_JOB_OPERATION = {
  operationId: 'submitJob',
  summary: 'Submit statements to be run in order, in the background.',
  description:
    'The answer comes when the job is durable: from then on it is done once, however often the server stops. Every statement was parsed, and the first one bound.',
  parameters: [
    {
      name: 'Idempotency-Key',
      in: 'header',
      description: 'A request repeated under its key makes one job.',
      schema: { type: 'string', maxLength: 200 },
    },
  ],
  requestBody: {
    required: true,
    content: {
      'application/json': {
        schema: {
          type: 'object',
          additionalProperties: false,
          description: 'Either sql or statements.',
          properties: {
            name: { type: 'string', maxLength: 200 },
            sql: { type: 'string', maxLength: 1048576, description: 'Statements with semicolons between them.' },
            statements: { type: 'array', items: { type: 'string', maxLength: 1048576 }, minItems: 1, maxItems: 1000 },
            session: SESSION_SCHEMA,
            timeoutMs: { type: 'integer', minimum: 1, description: 'Longest time from the start of the first statement.' },
          },
        },
      },
      'text/plain': { schema: { type: 'string' } },
    },
  },
  responses: { 202: { description: 'The job is taken.', headers: { Location: { schema: { type: 'string' } } }, content: JOB_CONTENT } },
} as const;

/** Describes GET /v1/jobs. */
export const LIST_JOBS_OPERATION = {
  operationId: 'listJobs',
  summary: 'List your jobs, newest first.',
  parameters: [
    { name: 'state', in: 'query', schema: { type: 'string', enum: JOB_STATES } },
    { name: 'limit', in: 'query', schema: { type: 'integer', minimum: 1, maximum: 1000, default: 100 } },
  ],
  responses: {
    200: {
      description: 'The jobs, without their statements.',
      content: { 'application/json': { schema: { type: 'object', properties: { jobs: { type: 'array', items: JOB_SUMMARY } } } } },
    },
  },
} as const;

/** Describes GET /v1/jobs/{id}. */
export const GET_JOB_OPERATION = {
  operationId: 'getJob',
  summary: 'Show one of your jobs, or follow it until it has ended.',
  description:
    'As text/event-stream: a `progress` event with the job at each change, and an `end` event with the job when it has ended. A stream that closes without one says nothing about the job: ask again.',
  responses: {
    200: { description: 'The job.', content: { ...JOB_CONTENT, 'text/event-stream': { schema: { type: 'string' } } } },
  },
} as const;

/** Describes DELETE /v1/jobs/{id}. */
export const CANCEL_JOB_OPERATION = {
  operationId: 'cancelJob',
  summary: 'Cancel one of your jobs. What it has committed stays; cancelling one that has ended changes nothing.',
  description: 'The wish is durable when the answer comes; the job may be `cancelling` for a moment more.',
  responses: { 200: { description: 'The job.', content: JOB_CONTENT } },
} as const;
