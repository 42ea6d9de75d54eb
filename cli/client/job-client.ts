import type { JobInfo, JobSummary } from '../../sql-gateway/index.ts';
import { callServer, type ClientSession, type ServerAddress } from '../../client/index.ts';

/** A job to submit. */
export interface JobSubmission {
  readonly sql: string;
  readonly name: string | null;
  readonly session: ClientSession;
  readonly timeoutMs: number | null;
  readonly idempotencyKey: string | null;
}

/** Submits a job; it is durable when this returns.
 *  @throws the server's coded error */
export async function submitJob(server: ServerAddress, { idempotencyKey, ...body }: JobSubmission): Promise<JobInfo> {
  const headers: Record<string, string> = { 'content-type': 'application/json' };
  if (idempotencyKey !== null) headers['idempotency-key'] = idempotencyKey;
  const response = await callServer(server, '/v1/jobs', { method: 'POST', headers, body: JSON.stringify(body) });
  return (await response.json()) as JobInfo;
}

/** Returns the user's jobs, newest first; a null state stands for all. */
export async function listJobs(server: ServerAddress, state: string | null, limit: number): Promise<readonly JobSummary[]> {
  const query = new URLSearchParams({ limit: String(limit), ...(state === null ? {} : { state }) });
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
