import { LABEL_LENGTH_MAX, LABELS_MAX } from '../job/job-labels.ts';
import { JOB_PRIORITIES, JOB_PRIORITY_DEFAULT } from '../job/job-priority.ts';
import type { JobState } from '../job/job-progress.ts';
import { SESSION_SCHEMA } from './statement-operation.ts';

/** The states of a job, in the order of its life. */
export const JOB_STATES = [
  'queued',
  'running',
  'pausing',
  'paused',
  'cancelling',
  'finished',
  'failed',
  'cancelled',
] as const satisfies readonly JobState[];

const TIME = { type: ['integer', 'null'], description: 'Milliseconds since 1970 UTC.' } as const;

const NUMBER_OR_NULL = { type: ['integer', 'null'] } as const;

const TEXT_OR_NULL = { type: ['string', 'null'] } as const;

const LABELS = {
  type: 'object',
  maxProperties: LABELS_MAX,
  additionalProperties: { type: 'string', maxLength: LABEL_LENGTH_MAX },
  description: 'Short texts by name, to find jobs by.',
} as const;

const PRIORITY = {
  type: 'string',
  enum: JOB_PRIORITIES,
  default: JOB_PRIORITY_DEFAULT,
  description: 'Before whom it goes while it waits for its turn.',
} as const;

const SUMMARY_PROPERTIES = {
  jobId: { type: 'string', format: 'uuid' },
  user: { type: 'string' },
  name: TEXT_OR_NULL,
  labels: LABELS,
  priority: PRIORITY,
  state: { type: 'string', enum: JOB_STATES },
  statement: {
    ...NUMBER_OR_NULL,
    description: 'The first statement that runs, the one that failed, or the one that comes next; null when all are done.',
  },
  statementCount: { type: 'integer' },
  engine: TEXT_OR_NULL,
  fraction: { type: 'number', minimum: 0, maximum: 1 },
  tasks: {
    type: ['object', 'null'],
    description: 'Pieces of the running statements, where an engine cuts them.',
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

const PLAN_PROPERTIES = {
  statement: { type: 'integer' },
  step: { ...TEXT_OR_NULL, description: 'The step that it is part of.' },
  needs: { type: 'array', items: { type: 'integer' }, description: 'Numbers of the statements that it waits for.' },
} as const;

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
          ...PLAN_PROPERTIES,
          expects: { ...TEXT_OR_NULL, description: 'What is expected, for a query that looks for what is not so.' },
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

const COLUMNS = { type: 'array', items: { type: 'string' }, minItems: 1 } as const;

const EXPECTATION = {
  type: 'object',
  additionalProperties: false,
  description: 'A query that has no rows when all is well, or a table with what holds for it.',
  properties: {
    sql: { type: 'string', maxLength: 1048576 },
    table: { type: 'string' },
    notNull: COLUMNS,
    unique: COLUMNS,
    values: { type: 'object', description: 'By column, the list of values that it may have.' },
    rows: { type: 'object', properties: { min: { type: 'integer', minimum: 0 }, max: { type: 'integer', minimum: 0 } } },
    fresh: { type: 'object', description: 'By column, the greatest age of its newest value: 90 minutes, 24 hours, 2 days.' },
    references: { type: 'object', description: 'By column, the table and column that have its values: airports.iata.' },
  },
} as const;

const JOB_BODY = {
  required: true,
  content: {
    'application/json': {
      schema: {
        type: 'object',
        additionalProperties: false,
        description: 'One of sql, statements and steps.',
        properties: {
          name: { type: 'string', maxLength: 200 },
          sql: { type: 'string', maxLength: 1048576, description: 'Statements with semicolons between them.' },
          statements: { type: 'array', items: { type: 'string', maxLength: 1048576 }, minItems: 1, maxItems: 1000 },
          steps: {
            type: 'array',
            description: 'Statements that wait for those of the steps they need, and for no others.',
            items: {
              type: 'object',
              additionalProperties: false,
              required: ['name'],
              properties: {
                name: { type: 'string', minLength: 1, maxLength: 200 },
                sql: { type: 'string', maxLength: 1048576 },
                needs: { type: 'array', items: { type: 'string' }, description: 'Names of steps.' },
                expect: { type: 'array', items: EXPECTATION, description: 'What has to hold after the statements.' },
                publish: {
                  type: 'string',
                  description: 'The table that readers see changed only when the statements are done and all holds that is expected.',
                },
              },
            },
          },
          parameters: { type: 'object', description: 'Values of the named parameters of all statements.' },
          labels: LABELS,
          priority: PRIORITY,
          session: SESSION_SCHEMA,
          timeoutMs: { type: 'integer', minimum: 1, description: 'Longest time from the start of the first statement.' },
          retry: {
            type: 'object',
            additionalProperties: false,
            description: 'How often a statement is begun whose failure may pass; the pause after the n-th failure is n times pauseMs.',
            properties: {
              attempts: { type: 'integer', minimum: 1, maximum: 100, default: 3 },
              pauseMs: { type: 'integer', minimum: 0, maximum: 3600000, default: 500 },
            },
          },
        },
      },
    },
    'text/plain': { schema: { type: 'string' } },
  },
} as const;

/** Describes POST /v1/jobs. */
export const SUBMIT_JOB_OPERATION = {
  operationId: 'submitJob',
  summary: 'Submit statements to be run in the background, in order or as steps.',
  description:
    'The answer comes when the job is durable: from then on it is done once, however often the server stops. Every statement was parsed, and those that wait for no other were bound.',
  parameters: [
    {
      name: 'Idempotency-Key',
      in: 'header',
      description: 'A request repeated under its key makes one job.',
      schema: { type: 'string', maxLength: 200 },
    },
  ],
  requestBody: JOB_BODY,
  responses: { 202: { description: 'The job is taken.', headers: { Location: { schema: { type: 'string' } } }, content: JOB_CONTENT } },
} as const;

/** Describes POST /v1/jobs/validate. */
export const VALIDATE_JOB_OPERATION = {
  operationId: 'validateJob',
  summary: 'Check a job as a submission does, and take nothing.',
  requestBody: JOB_BODY,
  responses: {
    200: {
      description: 'The statements, and what waits for what.',
      content: {
        'application/json': {
          schema: {
            type: 'object',
            required: ['statements'],
            properties: { statements: { type: 'array', items: { type: 'object', properties: PLAN_PROPERTIES } } },
          },
        },
      },
    },
  },
} as const;

/** Describes POST /v1/jobs/{id}/retry. */
export const RETRY_JOB_OPERATION = {
  operationId: 'retryJob',
  summary: 'Let one of your jobs that failed or was cancelled go on with the statements that are not done.',
  description: 'The wish is durable when the answer comes; a job that has not ended stays as it is.',
  responses: { 200: { description: 'The job.', content: JOB_CONTENT } },
} as const;

/** Describes POST /v1/jobs/{id}/pause. */
export const PAUSE_JOB_OPERATION = {
  operationId: 'pauseJob',
  summary: 'Let one of your jobs begin no more statements. Those under way end, and the job is `pausing` until then.',
  description: 'The wish is durable when the answer comes, and holds over restarts; a job that has ended or is to end stays as it is.',
  responses: { 200: { description: 'The job.', content: JOB_CONTENT } },
} as const;

/** Describes POST /v1/jobs/{id}/resume. */
export const RESUME_JOB_OPERATION = {
  operationId: 'resumeJob',
  summary: 'Let one of your jobs go on that was paused. It waits for its turn as a new job does.',
  description: 'The wish is durable when the answer comes; a job that is not paused stays as it is.',
  responses: { 200: { description: 'The job.', content: JOB_CONTENT } },
} as const;

/** Describes GET /v1/jobs. */
export const LIST_JOBS_OPERATION = {
  operationId: 'listJobs',
  summary: 'List your jobs, newest first.',
  parameters: [
    { name: 'state', in: 'query', schema: { type: 'string', enum: JOB_STATES } },
    { name: 'name', in: 'query', description: 'A part of the name, in capitals or not.', schema: { type: 'string' } },
    {
      name: 'label',
      in: 'query',
      description: 'A label as name:text; given several times, all have to be there.',
      schema: { type: 'array', items: { type: 'string' } },
    },
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
