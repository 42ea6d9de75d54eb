import { PlatformError } from '../../spi/index.ts';
import { BODY_GRACE_MS_DEFAULT, type GatewayConfig, STATEMENT_BODY_BYTES_MAX } from '../gateway-config.ts';
import { describePlan, type JobInfo } from '../job/job-info.ts';
import type { Caller } from '../access/caller.ts';
import { isWanted } from '../job/job-filter.ts';
import { type JobLabels, parseLabel } from '../job/job-labels.ts';
import type { JobRequest } from '../job/job-request.ts';
import type { JobService } from '../job/job-service.ts';
import { hasEnded, type JobState } from '../job/job-progress.ts';
import {
  CANCEL_JOB_OPERATION,
  GET_JOB_OPERATION,
  JOB_STATES,
  LIST_JOBS_OPERATION,
  PAUSE_JOB_OPERATION,
  RESUME_JOB_OPERATION,
  RETRY_JOB_OPERATION,
  SUBMIT_JOB_OPERATION,
  VALIDATE_JOB_OPERATION,
} from './job-operations.ts';
import { parseJobRequest } from './parse-job-request.ts';
import { readBody } from './read-body.ts';
import { readIdempotencyKey } from './read-idempotency-key.ts';
import type { HttpExchange, Route } from './route.ts';
import { asksForEvents, sendEvents } from './send-events.ts';

/** What the endpoints for jobs work with. */
export interface JobRouteParts {
  readonly jobs: JobService;
  readonly limits: GatewayConfig['limits'];
  /** Throws while nothing new is taken. */
  readonly checkOpen: () => void;
}

/** Units: jobs of a list when the request says nothing, and at most. */
const LIST_LENGTH_DEFAULT = 100;
const LIST_LENGTH_MAX = 1000;

/** Returns the endpoints that take, show and cancel the caller's own jobs. */
export function jobRoutes(parts: JobRouteParts): readonly Route[] {
  const access = 'user';
  const { jobs } = parts;
  return [
    {
      method: 'POST',
      path: '/v1/jobs',
      access: 'write',
      operation: SUBMIT_JOB_OPERATION,
      handle: (exchange) => submitJob(exchange, parts),
    },
    {
      method: 'POST',
      path: '/v1/jobs/validate',
      access: 'write',
      operation: VALIDATE_JOB_OPERATION,
      handle: async (exchange) => {
        const job = await readJob(exchange, parts);
        await jobs.validate(job);
        return { statements: describePlan(job.statements) };
      },
    },
    {
      method: 'POST',
      path: '/v1/jobs/{id}/retry',
      access: 'write',
      operation: RETRY_JOB_OPERATION,
      handle: async (exchange) => {
        parts.checkOpen();
        return found(exchange, await jobs.retry(exchange.principal.user, idOf(exchange)));
      },
    },
    {
      method: 'POST',
      path: '/v1/jobs/{id}/pause',
      access,
      operation: PAUSE_JOB_OPERATION,
      handle: async (exchange) => found(exchange, await jobs.pause(exchange.principal.user, idOf(exchange))),
    },
    {
      method: 'POST',
      path: '/v1/jobs/{id}/resume',
      access: 'write',
      operation: RESUME_JOB_OPERATION,
      handle: async (exchange) => {
        parts.checkOpen();
        return found(exchange, await jobs.unpause(exchange.principal.user, idOf(exchange)));
      },
    },
    { method: 'GET', path: '/v1/jobs', access, operation: LIST_JOBS_OPERATION, handle: (exchange) => listJobs(exchange, jobs) },
    { method: 'GET', path: '/v1/jobs/{id}', access, operation: GET_JOB_OPERATION, handle: (exchange) => showJob(exchange, parts) },
    {
      method: 'DELETE',
      path: '/v1/jobs/{id}',
      access,
      operation: CANCEL_JOB_OPERATION,
      handle: async (exchange) => found(exchange, await jobs.cancel(exchange.principal.user, idOf(exchange))),
    },
  ];
}

async function submitJob(exchange: HttpExchange, parts: JobRouteParts): Promise<JobInfo> {
  const info = await parts.jobs.submit(await readJob(exchange, parts));
  exchange.reply.code(202).header('location', `/v1/jobs/${info.jobId}`);
  return info;
}

async function readJob({ request, principal }: HttpExchange, { limits, checkOpen }: JobRouteParts): Promise<JobRequest> {
  checkOpen();
  const body = await readBody(request.raw, {
    bytesMax: STATEMENT_BODY_BYTES_MAX,
    bytesPerSecondMin: limits.bodyBytesPerSecondMin,
    graceMs: limits.bodyGraceMs ?? BODY_GRACE_MS_DEFAULT,
  });
  const job = parseJobRequest(body, request.headers['content-type']);
  return { ...job, user: principal.user, right: rightOf(principal), idempotencyKey: readIdempotencyKey(request) };
}

const rightOf = ({ administrator, scopes }: Caller): JobRequest['right'] => ({ administrator, scopes });

async function listJobs({ request, principal, query }: HttpExchange, jobs: JobService): Promise<unknown> {
  const filter = { state: readState(query['state']), name: query['name'] ?? null, labels: readLabels(request) };
  const limit = readLimit(query['limit']);
  const all = await jobs.list(principal.user);
  return { jobs: all.filter((job) => isWanted(job, filter)).slice(0, limit) };
}

/** All that are given count, while of other parameters the last one does. */
function readLabels(request: HttpExchange['request']): JobLabels {
  const { label = [] } = request.query as { readonly label?: string | readonly string[] };
  return Object.fromEntries([label].flat().map(parseLabel));
}

async function showJob(exchange: HttpExchange, { jobs, checkOpen }: JobRouteParts): Promise<JobInfo | undefined> {
  const look = (): Promise<JobInfo | null> => jobs.find(exchange.principal.user, idOf(exchange));
  const info = found(exchange, await look());
  return asksForEvents(exchange) ? sendEvents(exchange, { look, hasEnded, checkOpen }) : info;
}

const idOf = ({ path }: HttpExchange): string => path['id'] ?? '';

function found(exchange: HttpExchange, info: JobInfo | null): JobInfo {
  if (info !== null) return info;
  throw new PlatformError('REQUEST_NOT_FOUND', `You have no job '${idOf(exchange).slice(0, 100)}'.`, {
    hint: 'Jobs that ended long ago are forgotten.',
  });
}

function readState(given: string | undefined): JobState | null {
  if (given === undefined) return null;
  const state = JOB_STATES.find((known) => known === given);
  if (state !== undefined) return state;
  throw new PlatformError('REQUEST_INVALID', `'state' must be one of ${JOB_STATES.join(', ')}.`);
}

function readLimit(given: string | undefined): number {
  if (given === undefined) return LIST_LENGTH_DEFAULT;
  const limit = /^\d{1,4}$/.test(given) ? Number(given) : 0;
  if (limit >= 1 && limit <= LIST_LENGTH_MAX) return limit;
  throw new PlatformError('REQUEST_INVALID', `'limit' must be a whole number from 1 to ${String(LIST_LENGTH_MAX)}.`);
}
