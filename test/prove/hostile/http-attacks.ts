import { once } from 'node:events';
import { connect } from 'node:net';
import { type Attack, expectProblem, type Target, type Verdict } from './attack.ts';

const STATEMENT = '{"sql":"SELECT 1"}';

/** Sends raw bytes and returns all that comes back until the connection ends. */
async function sendRaw(port: number, bytes: string): Promise<string> {
  const socket = connect(port, '127.0.0.1');
  let answer = '';
  socket.on('data', (chunk: Buffer) => {
    answer += chunk.toString('latin1');
  });
  // A reset is one of the ways in which a server may end this.
  socket.on('error', () => undefined);
  socket.write(bytes, 'latin1');
  await once(socket, 'close');
  return answer;
}

function post(target: Target, headers: Record<string, string>, body: string | Uint8Array<ArrayBuffer> = STATEMENT): Promise<Response> {
  return fetch(`${target.server.url}/v1/sql`, { method: 'POST', headers, body });
}

const bearer = ({ server }: Target): Record<string, string> => ({ authorization: `Bearer ${server.token}` });

async function expectRaw(target: Target, request: string, pattern: RegExp, answersMax = 1): Promise<Verdict> {
  const answer = await sendRaw(target.server.port, request.replaceAll('TOKEN', target.server.token));
  const answers = answer.match(/HTTP\/1\.1 \d/g)?.length ?? 0;
  return {
    pass: pattern.test(answer) && answers <= answersMax,
    saw: `${String(answers)} answers: ${answer.slice(0, 160).replaceAll('\r\n', ' | ')}`,
  };
}

const upload = (
  target: Target,
  body: string | Uint8Array<ArrayBuffer>,
  headers: Record<string, string> = {},
  table = 'numbers',
): Promise<Response> =>
  target.server.call(`/v1/tables/main/${table}/rows`, {
    method: 'POST',
    headers: { 'content-type': 'application/x-ndjson', ...headers },
    body,
  });

/** Requests that are not what an honest client sends. */
export const HTTP_ATTACKS: readonly Attack[] = [
  { id: 'no-token', expects: 'AUTH_REQUIRED', run: async (target) => expectProblem(await post(target, {}), ['AUTH_REQUIRED']) },
  {
    id: 'wrong-token',
    expects: 'AUTH_REQUIRED',
    run: async (target) =>
      expectProblem(await post(target, { authorization: `Bearer ${target.server.token.slice(0, -1)}` }), ['AUTH_REQUIRED']),
  },
  {
    id: 'cross-origin-post',
    expects: 'AUTH_ORIGIN',
    run: async (target) => expectProblem(await post(target, { ...bearer(target), origin: 'https://evil.example.com' }), ['AUTH_ORIGIN']),
  },
  {
    id: 'cross-site-form',
    expects: 'AUTH_ORIGIN',
    run: async (target) =>
      expectProblem(await post(target, { ...bearer(target), origin: 'null', 'content-type': 'text/plain' }, 'SELECT 1'), ['AUTH_ORIGIN']),
  },
  {
    id: 'host-rebinding',
    expects: 'AUTH_ORIGIN',
    run: (target) =>
      expectRaw(
        target,
        'GET /v1/catalog HTTP/1.1\r\nHost: evil.example.com\r\nAuthorization: Bearer TOKEN\r\nConnection: close\r\n\r\n',
        /"code":"AUTH_ORIGIN"/,
      ),
  },
  {
    id: 'invalid-utf8',
    expects: 'REQUEST_INVALID',
    run: async (target) => {
      const body = Buffer.concat([Buffer.from("SELECT '"), Buffer.from([0xc3, 0x28]), Buffer.from("'")]);
      return expectProblem(await post(target, { ...bearer(target), 'content-type': 'text/plain' }, body), ['REQUEST_INVALID']);
    },
  },
  {
    id: 'deep-json',
    expects: 'REQUEST_INVALID',
    run: async (target) => {
      const deep = `{"sql":"SELECT 1","parameters":${'['.repeat(500_000)}${']'.repeat(500_000)}}`;
      return expectProblem(await post(target, { ...bearer(target), 'content-type': 'application/json' }, deep), ['REQUEST_INVALID']);
    },
  },
  {
    id: 'huge-parameters',
    expects: 'a coded error of the client',
    run: async (target) => {
      const parameters = Array.from({ length: 200_000 }, (_, index) => index);
      const response = await target.server.sql('SELECT $1', { body: { parameters } });
      return expectProblem(response, ['SQL_PARAMETER', 'REQUEST_INVALID', 'SQL_TOO_LONG']);
    },
  },
  {
    id: 'huge-body',
    expects: 'SQL_TOO_LONG',
    run: async (target) => {
      const body = JSON.stringify({ sql: 'SELECT $1', parameters: ['x'.repeat(12 * 2 ** 20)] });
      return expectProblem(await post(target, { ...bearer(target), 'content-type': 'application/json' }, body), ['SQL_TOO_LONG']);
    },
  },
  {
    id: 'prototype-keys',
    expects: 'REQUEST_INVALID',
    run: async (target) =>
      expectProblem(
        await post(target, { ...bearer(target), 'content-type': 'application/json' }, '{"sql":"SELECT 1","__proto__":{"user":"admin"}}'),
        ['REQUEST_INVALID'],
      ),
  },
  {
    id: 'smuggled-length',
    expects: 'one 400 and the end of the connection',
    run: (target) =>
      expectRaw(
        target,
        'POST /v1/sql HTTP/1.1\r\nHost: localhost\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET /v1/catalog HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer TOKEN\r\n\r\n',
        /^HTTP\/1\.1 400 /,
      ),
  },
  {
    id: 'two-lengths',
    expects: 'one 400 and the end of the connection',
    run: (target) =>
      expectRaw(
        target,
        'POST /v1/sql HTTP/1.1\r\nHost: localhost\r\nContent-Length: 4\r\nContent-Length: 40\r\n\r\nabcd',
        /^HTTP\/1\.1 400 /,
      ),
  },
  {
    id: 'header-flood',
    expects: '431',
    run: (target) => expectRaw(target, `GET /healthz HTTP/1.1\r\nHost: localhost\r\nX: ${'x'.repeat(100_000)}\r\n\r\n`, /^HTTP\/1\.1 431 /),
  },
  {
    id: 'slow-headers',
    expects: '408 and the end of the connection',
    run: (target) => expectRaw(target, 'POST /v1/sql HTTP/1.1\r\nHost: localhost\r\nX-', /^HTTP\/1\.1 408 /),
  },
  {
    id: 'traversal-in-table-name',
    expects: 'CATALOG_UNKNOWN_TABLE',
    run: async (target) =>
      expectProblem(await upload(target, '{"n":1}\n', {}, '..%2f..%2f..%2fetc%2fpasswd'), [
        'CATALOG_UNKNOWN_TABLE',
        'CATALOG_INVALID_NAME',
      ]),
  },
  {
    id: 'traversal-in-path',
    expects: 'REQUEST_NOT_FOUND',
    run: (target) =>
      expectRaw(target, 'GET /../../etc/passwd HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n', /"code":"REQUEST_NOT_FOUND"/),
  },
  {
    id: 'upload-over-limit',
    expects: 'RESOURCE_BODY_TOO_LARGE',
    run: async (target) => expectProblem(await upload(target, '{"n":1}\n'.repeat(300_000)), ['RESOURCE_BODY_TOO_LARGE']),
  },
  {
    id: 'upload-of-garbage',
    expects: 'STORAGE_FILE or SQL_INVALID_VALUE',
    run: async (target) => expectProblem(await upload(target, '{"n":1}\n{"n": tru'), ['STORAGE_FILE', 'SQL_INVALID_VALUE']),
  },
  {
    id: 'upload-of-wrong-type',
    expects: 'SQL_INVALID_VALUE',
    run: async (target) => expectProblem(await upload(target, '{"n":1}\n{"n":"many"}\n'), ['SQL_INVALID_VALUE', 'STORAGE_FILE']),
  },
  {
    id: 'upload-of-garbage-arrow',
    expects: 'STORAGE_FILE',
    run: async (target) => {
      const bytes = Buffer.concat([Buffer.from([0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f]), Buffer.alloc(1000, 7)]);
      return expectProblem(await upload(target, bytes, { 'content-type': 'application/vnd.apache.arrow.stream' }), [
        'STORAGE_FILE',
        'SQL_INVALID_VALUE',
      ]);
    },
  },
];
