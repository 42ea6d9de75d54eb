import { ERROR_CODES } from '../../spi/index.ts';
import { PROBLEM_MEDIA_TYPE } from './problem.ts';
import type { Route } from './route.ts';

/** Returns the description of the endpoints.
 *  @see OpenAPI 3.1.0 */
export function openApiDocument(routes: readonly Route[], version: string): Readonly<Record<string, unknown>> {
  const paths: Record<string, Record<string, unknown>> = {};
  for (const route of routes) (paths[route.path] ??= {})[route.method.toLowerCase()] = describeOperation(route);
  return {
    openapi: '3.1.0',
    info: {
      title: 'Trivium',
      version,
      description: 'One SQL endpoint over shared tables.',
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    paths,
    components: {
      securitySchemes: { token: { type: 'http', scheme: 'bearer' } },
      responses: {
        problem: { description: 'An error.', content: { [PROBLEM_MEDIA_TYPE]: { schema: { $ref: '#/components/schemas/Problem' } } } },
      },
      schemas: { Problem: PROBLEM_SCHEMA },
    },
  };
}

function describeOperation({ path, access, operation }: Route): Readonly<Record<string, unknown>> {
  const inPath = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => ({ name, in: 'path', required: true, schema: { type: 'string' } }));
  const others = (operation['parameters'] ?? []) as readonly unknown[];
  const responses = (operation['responses'] ?? {}) as Readonly<Record<string, unknown>>;
  return {
    ...operation,
    ...(inPath.length + others.length === 0 ? {} : { parameters: [...inPath, ...others] }),
    security: access === 'open' ? [] : [{ token: [] }],
    responses: { ...responses, default: { $ref: '#/components/responses/problem' } },
  };
}

const PROBLEM_SCHEMA = {
  type: 'object',
  description: 'RFC 9457 problem details.',
  required: ['type', 'title', 'status', 'detail', 'code', 'retryable'],
  properties: {
    type: { type: 'string', format: 'uri' },
    title: { type: 'string' },
    status: { type: 'integer' },
    detail: { type: 'string' },
    code: { type: 'string', enum: Object.keys(ERROR_CODES) },
    retryable: { type: 'boolean' },
    line: { type: 'integer', minimum: 1 },
    column: { type: 'integer', minimum: 1 },
    hint: { type: 'string' },
    queryId: { type: 'string', format: 'uuid' },
    details: { type: 'object' },
  },
} as const;
