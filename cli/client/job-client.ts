import type { JobInfo, JobPlanLine, JobSummary } from '../../sql-gateway/index.ts';
import { callServer, type ServerAddress } from '../../client/index.ts';

/** A job to submit: the body of the request, as the server takes it. */
export type JobDescription = Readonly<Record<string, unknown>>;

/** Submits a job; it is durable when this returns. A null key stands for none.
 *  @throws the server's coded error */
export async function submitJob(server: ServerAddress, job: JobDescription, idempotencyKey: string | null): Promise<JobInfo> {
  const key: Record<string, string> = idempotencyKey === null ? {} : { 'idempotency-key': idempotencyKey };
  return (await (await postJson(server, '/v1/jobs', job, key)).json()) as JobInfo;
}

/** Lets the server check a job. @throws the server's coded error */
export async function validateJob(server: ServerAddress, job: JobDescription): Promise<readonly JobPlanLine[]> {
  const answer = await (await postJson(server, '/v1/jobs/validate', job)).json();
  return (answer as { readonly statements: readonly JobPlanLine[] }).statements;
}

/** Lets a job go on that failed or was cancelled. @throws REQUEST_NOT_FOUND, JOB_FINISHED */
export const retryJob = (server: ServerAddress, jobId: string): Promise<JobInfo> => tellJob(server, jobId, 'retry');

/** Lets a job begin no more statements. @throws REQUEST_NOT_FOUND, JOB_ELSEWHERE */
export const pauseJob = (server: ServerAddress, jobId: string): Promise<JobInfo> => tellJob(server, jobId, 'pause');

/** Lets a job go on that was paused. @throws REQUEST_NOT_FOUND, JOB_ELSEWHERE */
export const resumeJob = (server: ServerAddress, jobId: string): Promise<JobInfo> => tellJob(server, jobId, 'resume');

async function tellJob(server: ServerAddress, jobId: string, wish: 'retry' | 'pause' | 'resume'): Promise<JobInfo> {
  return (await (await callServer(server, `${jobPath(jobId)}/${wish}`, { method: 'POST' })).json()) as JobInfo;
}

function postJson(server: ServerAddress, path: string, body: object, headers: Record<string, string> = {}): Promise<Response> {
  return callServer(server, path, {
    method: 'POST',
    headers: { ...headers, 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
}

/** Which jobs are asked for; null for any. */
export interface JobQuery {
  readonly state: string | null;
  /** A part of the name. */
  readonly name: string | null;
  readonly labels: Readonly<Record<string, string>>;
  readonly limit: number;
}

/** Returns those of the user's jobs that are asked for, newest first. */
export async function listJobs(server: ServerAddress, { state, name, labels, limit }: JobQuery): Promise<readonly JobSummary[]> {
  const query = new URLSearchParams({ limit: String(limit), ...(state === null ? {} : { state }), ...(name === null ? {} : { name }) });
  for (const [key, value] of Object.entries(labels)) query.append('label', `${key}:${value}`);
  const response = await callServer(server, `/v1/jobs?${query.toString()}`, { method: 'GET' });
  return ((await response.json()) as { readonly jobs: readonly JobSummary[] }).jobs;
}

/** Returns a job. @throws REQUEST_NOT_FOUND */
export async function fetchJob(server: ServerAddress, jobId: string): Promise<JobInfo> {
  return (await (await callServer(server, jobPath(jobId), { method: 'GET' })).json()) as JobInfo;
}

/** Cancels a job. @throws REQUEST_NOT_FOUND */
export async function cancelJob(server: ServerAddress, jobId: string): Promise<JobInfo> {
  return (await (await callServer(server, jobPath(jobId), { method: 'DELETE' })).json()) as JobInfo;
}

/** Follows a job: yields it at each change, the last time when it has ended or the server goes away. */
export async function* followJob(server: ServerAddress, jobId: string, signal: AbortSignal): AsyncGenerator<JobInfo> {
  const response = await callServer(server, jobPath(jobId), { method: 'GET', headers: { accept: 'text/event-stream' }, signal });
  const decoder = new TextDecoder();
  let text = '';
  for await (const chunk of (response.body ?? []) as AsyncIterable<Uint8Array>) {
    text += decoder.decode(chunk, { stream: true });
    const events = text.split('\n\n');
    text = events.pop() ?? '';
    for (const event of events) {
      const data = /^data: (.*)$/m.exec(event)?.[1];
      if (data !== undefined) yield JSON.parse(data) as JobInfo;
    }
  }
}

function jobPath(jobId: string): string {
  return `/v1/jobs/${encodeURIComponent(jobId)}`;
}
