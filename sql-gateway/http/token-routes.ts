import { PlatformError } from '../../spi/index.ts';
import type { AuditLog } from '../access/audit-log.ts';
import type { AccessTokens, TokenInfo } from '../access/access-tokens.ts';
import { type Scope, SCOPES } from '../access/caller.ts';
import { BODY_GRACE_MS_DEFAULT, type GatewayConfig } from '../gateway-config.ts';
import { checkKeys, parseJson } from './parse-statement-request.ts';
import { readBody } from './read-body.ts';
import type { HttpExchange, Route } from './route.ts';

/** What the endpoints for tokens work with. */
export interface TokenRouteParts {
  readonly tokens: AccessTokens;
  readonly audit: AuditLog | null;
  readonly limits: GatewayConfig['limits'];
}

const BODY_BYTES_MAX = 65_536;

/** Units: seconds; a hundred years, beyond which somebody has mistaken the unit. */
const EXPIRES_SECONDS_MAX = 3_153_600_000;

const TOKEN_SCHEMA = {
  type: 'object',
  required: ['id', 'user', 'scopes', 'createdAtMs', 'expiresAtMs'],
  properties: {
    id: { type: 'string' },
    user: { type: 'string' },
    scopes: { type: 'array', items: { type: 'string', enum: SCOPES } },
    createdAtMs: { type: 'integer' },
    expiresAtMs: { type: ['integer', 'null'] },
    token: { type: 'string', description: 'The secret; told once, when the token is made.' },
  },
} as const;

const REQUEST_SCHEMA = {
  type: 'object',
  required: ['user', 'scopes'],
  properties: {
    user: { type: 'string' },
    scopes: { type: 'array', minItems: 1, items: { type: 'string', enum: SCOPES } },
    expiresInSeconds: { type: ['integer', 'null'], minimum: 1, description: 'Null for a token without an end.' },
  },
} as const;

/** Returns the endpoints that make, list and revoke tokens. */
export function tokenRoutes(parts: TokenRouteParts): readonly Route[] {
  const content = { 'application/json': { schema: TOKEN_SCHEMA } };
  const list = { type: 'object', required: ['tokens'], properties: { tokens: { type: 'array', items: TOKEN_SCHEMA } } };
  return [
    {
      method: 'POST',
      path: '/v1/tokens',
      access: 'admin',
      operation: {
        operationId: 'createToken',
        summary: 'Make a token for a user. Its secret is in this answer and nowhere else.',
        requestBody: { required: true, content: { 'application/json': { schema: REQUEST_SCHEMA } } },
        responses: { 200: { description: 'The token.', content } },
      },
      handle: (exchange) => createToken(exchange, parts),
    },
    {
      method: 'GET',
      path: '/v1/tokens',
      access: 'admin',
      operation: {
        operationId: 'listTokens',
        summary: 'List the tokens that were made, oldest first, without their secrets.',
        responses: { 200: { description: 'The tokens.', content: { 'application/json': { schema: list } } } },
      },
      handle: async () => ({ tokens: await parts.tokens.list() }),
    },
    {
      method: 'DELETE',
      path: '/v1/tokens/{id}',
      access: 'admin',
      operation: {
        operationId: 'revokeToken',
        summary: 'Revoke a token. Requests with it are refused from now on.',
        responses: { 200: { description: 'It is revoked.', content: { 'application/json': { schema: { type: 'object' } } } } },
      },
      handle: async (exchange) => {
        const id = exchange.path['id'] ?? '';
        await parts.tokens.revoke(id);
        noteDone('revoke_token', exchange, parts);
        return { revoked: id };
      },
    },
  ];
}

async function createToken(exchange: HttpExchange, parts: TokenRouteParts): Promise<TokenInfo> {
  const { request } = exchange;
  const { tokens, limits } = parts;
  const body = await readBody(request.raw, {
    bytesMax: BODY_BYTES_MAX,
    bytesPerSecondMin: limits.bodyBytesPerSecondMin,
    graceMs: limits.bodyGraceMs ?? BODY_GRACE_MS_DEFAULT,
  });
  const given = checkKeys(parseJson(body.toString('utf8')), 'the body', Object.keys(REQUEST_SCHEMA.properties));
  const { user } = given;
  if (typeof user !== 'string' || user === '') throw new PlatformError('REQUEST_INVALID', "'user' must be the name of a user.");
  const made = await tokens.create({ user, scopes: readScopes(given['scopes']), expiresAtMs: readExpiry(given['expiresInSeconds']) });
  noteDone('create_token', exchange, parts);
  return made;
}

function noteDone(kind: string, { principal, request }: HttpExchange, { audit }: TokenRouteParts): void {
  const from = request.socket.remoteAddress ?? null;
  audit?.note({ user: principal.user, from, kind, tables: [], decision: 'allowed', code: null, queryId: null, jobId: null });
}

function readScopes(given: unknown): readonly Scope[] {
  const listed = Array.isArray(given) ? (given as readonly unknown[]) : [];
  const scopes = SCOPES.filter((scope) => listed.includes(scope));
  if (scopes.length > 0 && scopes.length === new Set(listed).size) return scopes;
  throw new PlatformError('REQUEST_INVALID', `'scopes' must be a list of ${SCOPES.join(', ')}.`);
}

function readExpiry(given: unknown): number | null {
  if (given === undefined || given === null) return null;
  if (typeof given === 'number' && Number.isInteger(given) && given >= 1 && given <= EXPIRES_SECONDS_MAX) return Date.now() + given * 1000;
  throw new PlatformError('REQUEST_INVALID', "'expiresInSeconds' must be a whole number from 1.");
}
