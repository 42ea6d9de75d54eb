import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Caller } from '../access/caller.ts';

/** A request on its way to an answer. */
export interface HttpExchange {
  readonly request: FastifyRequest;
  readonly reply: FastifyReply;
  readonly principal: Caller;
  /** Parameters of the path, decoded. */
  readonly path: Readonly<Record<string, string>>;
  /** Parameters after the question mark; the last one of a name counts. */
  readonly query: Readonly<Record<string, string>>;
  /** Names the statement that this request runs, so that an error answer can tell it. */
  setQueryId(queryId: string): void;
}

/** An endpoint: how it is reached, how it is described, what it does. Requests are served and `/openapi.json` is made from the same entries. */
export interface Route {
  readonly method: 'GET' | 'POST' | 'DELETE';
  /** Parameters in braces: `/v1/queries/{id}`. */
  readonly path: string;
  /** `open` answers anybody, `user` who has a token, whose rights decide about the rest, `write` asks for a token of that scope, and `admin` for
   *  an administrator with a token of that scope. */
  readonly access: 'open' | 'user' | 'write' | 'admin';
  /** The operation as OpenAPI 3.1 has it, without the parameters of the path and the error answers. */
  readonly operation: Readonly<Record<string, unknown>> & { readonly operationId: string; readonly summary: string };
  /** Returns the value to answer with as JSON, or undefined when it has answered itself. */
  handle(exchange: HttpExchange): Promise<unknown>;
}
