import type { AuditLog } from '../access/audit-log.ts';
import type { QueryInfo } from '../query/query-registry.ts';
import type { HttpExchange } from './route.ts';

/** Notes that somebody cancelled the statement of another user. */
export function noteCancelled({ user, queryId }: QueryInfo, { principal, request }: HttpExchange, audit: AuditLog | null): void {
  if (user === principal.user) return;
  const from = request.socket.remoteAddress ?? null;
  audit?.note({ user: principal.user, from, kind: 'cancel_statement', tables: [], decision: 'allowed', code: null, queryId, jobId: null });
}
