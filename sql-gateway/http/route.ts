import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Principal } from '../../spi/index.ts';

/** A request on its way to an answer. */
export interface HttpExchange {
  readonly request: FastifyRequest;
  readonly reply: FastifyReply;
  readonly principal: Principal;
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
  /** `open` answers anybody. */
  readonly access: 'open' | 'user';
  /** The operation as OpenAPI 3.1 has it, without the parameters of the path and the error answers. */
  readonly operation: Readonly<Record<string, unknown>> & { readonly operationId: string; readonly summary: string };
  /** Returns the value to answer with as JSON, or undefined when it has answered itself. */
  handle(exchange: HttpExchange): Promise<unknown>;
}
