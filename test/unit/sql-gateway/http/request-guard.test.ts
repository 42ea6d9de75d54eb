import type { IncomingMessage } from 'node:http';
import { describe, expect, it } from 'vitest';
import { createRequestGuard } from '../../../../sql-gateway/http/request-guard.ts';

const CARL = { user: 'carl', administrator: false, scopes: ['read'] } as const;

const http = { host: '127.0.0.1', port: 0, allowedHosts: ['db.example.com'], allowedOrigins: ['https://app.example.com'] };
const made = { find: (token: string) => Promise.resolve(token === 'made' ? CARL : null) };
const withTokens = createRequestGuard(
  {
    http,
    auth: {
      mode: 'token',
      tokens: [
        { user: 'ada', token: 's3cret' },
        { user: 'bob', token: 'other' },
      ],
    },
  },
  made,
);
const open = createRequestGuard({ http, auth: { mode: 'none' } }, made);

const request = (headers: Record<string, string>, method = 'POST'): IncomingMessage =>
  ({ method, headers: { host: 'localhost:8080', ...headers }, socket: { localAddress: '10.0.0.5' } }) as unknown as IncomingMessage;

const code = (expected: string) => expect.objectContaining({ code: expected }) as Error;

describe('the guard', async () => {
  it('knows the user of a token', async () => {
    expect(await withTokens.admit(request({ authorization: 'Bearer s3cret' }))).toMatchObject({ user: 'ada' });
    expect(await withTokens.admit(request({ authorization: 'bearer other' }))).toMatchObject({ user: 'bob' });
  });

  it('knows the user of a token that was made, with what it is for; who holds a configured one is an administrator', async () => {
    expect(await withTokens.admit(request({ authorization: 'Bearer made' }))).toEqual(CARL);
    const ada = { user: 'ada', administrator: true, scopes: ['read', 'write', 'admin'] };
    expect(await withTokens.admit(request({ authorization: 'Bearer s3cret' }))).toEqual(ada);
  });

  it.each(['', 'Bearer', 'Bearer s3cre', 'Bearer s3cret2', 'Basic s3cret', 's3cret', 'Bearer s3cret other'])(
    'refuses the authorization %j',
    async (authorization) => {
      await expect(withTokens.admit(request({ authorization }))).rejects.toThrow(code('AUTH_REQUIRED'));
    },
  );

  it.each(['evil.example.com', 'localhost.evil.com', '', '127.0.0.1.evil.com:80', '10.0.0.6'])('refuses the host name %j', async (host) => {
    await expect(withTokens.admit(request({ host, authorization: 'Bearer s3cret' }))).rejects.toThrow(code('AUTH_ORIGIN'));
  });

  it.each(['localhost', 'LOCALHOST:1', '127.0.0.1:8080', '[::1]:80', 'db.example.com', '10.0.0.5:8080'])(
    'admits the host name %s',
    async (host) => {
      expect((await withTokens.admit(request({ host, authorization: 'Bearer s3cret' }))).user).toBe('ada');
    },
  );

  it('refuses pages of other origins, with a token as well', async () => {
    for (const origin of ['https://evil.example.com', 'null', 'https://app.example.com.evil.com', 'http://app.example.com']) {
      await expect(withTokens.admit(request({ origin, authorization: 'Bearer s3cret' }))).rejects.toThrow(code('AUTH_ORIGIN'));
    }
    expect((await withTokens.admit(request({ origin: 'https://app.example.com', authorization: 'Bearer s3cret' }))).user).toBe('ada');
  });

  it('refuses what another site sent without naming its origin', async () => {
    await expect(open.admit(request({ 'sec-fetch-site': 'cross-site' }, 'GET'))).rejects.toThrow(code('AUTH_ORIGIN'));
  });

  it('asks for the client header where there are no tokens', async () => {
    await expect(open.admit(request({}))).rejects.toThrow(code('AUTH_REQUIRED'));
    await expect(open.admit(request({}, 'DELETE'))).rejects.toThrow(code('AUTH_REQUIRED'));
    expect((await open.admit(request({ 'x-trivium-client': 'test' }))).user).toBe('anonymous');
    expect((await open.admit(request({}, 'GET'))).user).toBe('anonymous');
  });

  it('refuses to go without tokens on an address that others reach', () => {
    expect(() => createRequestGuard({ http: { ...http, host: '0.0.0.0' }, auth: { mode: 'none' } }, made)).toThrow(code('CONFIG_INVALID'));
  });
});
