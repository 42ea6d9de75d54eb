import type { FastifyReply } from 'fastify';

/** Returns the headers that were set on a reply, for an answer that is written past it. */
export function ownHeaders(reply: FastifyReply): Record<string, string | number | string[]> {
  const headers: Record<string, string | number | string[]> = {};
  for (const [name, value] of Object.entries(reply.getHeaders())) if (value !== undefined) headers[name] = value;
  return headers;
}
