import type { IncomingMessage } from 'node:http';
import { describe, expect, it } from 'vitest';
import { createRequestGuard } from '../../../../sql-gateway/http/request-guard.ts';

const http = { host: '127.0.0.1', port: 0, allowedHosts: ['db.example.com'], allowedOrigins: ['https://app.example.com'] };
const withTokens = createRequestGuard({
  http,
  auth: {
    mode: 'token',
    tokens: [
      { user: 'ada', token: 's3cret' },
      { user: 'bob', token: 'other' },
    ],
  },
});
const open = createRequestGuard({ http, auth: { mode: 'none' } });

const request = (headers: Record<string, string>, method = 'POST'): IncomingMessage =>
  ({ method, headers: { host: 'localhost:8080', ...headers }, socket: { localAddress: '10.0.0.5' } }) as unknown as IncomingMessage;

const code = (expected: string) => expect.objectContaining({ code: expected }) as Error;

describe('the guard', () => {
  it('knows the user of a token', () => {
    expect(withTokens.admit(request({ authorization: 'Bearer s3cret' }))).toEqual({ user: 'ada' });
    expect(withTokens.admit(request({ authorization: 'bearer other' }))).toEqual({ user: 'bob' });
  });

  it.each(['', 'Bearer', 'Bearer s3cre', 'Bearer s3cret2', 'Basic s3cret', 's3cret', 'Bearer s3cret other'])(
    'refuses the authorization %j',
    (authorization) => {
      expect(() => withTokens.admit(request({ authorization }))).toThrow(code('AUTH_REQUIRED'));
    },
  );

  it.each(['evil.example.com', 'localhost.evil.com', '', '127.0.0.1.evil.com:80', '10.0.0.6'])('refuses the host name %j', (host) => {
    expect(() => withTokens.admit(request({ host, authorization: 'Bearer s3cret' }))).toThrow(code('AUTH_ORIGIN'));
  });

  it.each(['localhost', 'LOCALHOST:1', '127.0.0.1:8080', '[::1]:80', 'db.example.com', '10.0.0.5:8080'])(
    'admits the host name %s',
    (host) => {
      expect(withTokens.admit(request({ host, authorization: 'Bearer s3cret' })).user).toBe('ada');
    },
  );

  it('refuses pages of other origins, with a token as well', () => {
    for (const origin of ['https://evil.example.com', 'null', 'https://app.example.com.evil.com', 'http://app.example.com']) {
      expect(() => withTokens.admit(request({ origin, authorization: 'Bearer s3cret' }))).toThrow(code('AUTH_ORIGIN'));
    }
    expect(withTokens.admit(request({ origin: 'https://app.example.com', authorization: 'Bearer s3cret' })).user).toBe('ada');
  });

  it('refuses what another site sent without naming its origin', () => {
    expect(() => open.admit(request({ 'sec-fetch-site': 'cross-site' }, 'GET'))).toThrow(code('AUTH_ORIGIN'));
  });

  it('asks for the client header where there are no tokens', () => {
    expect(() => open.admit(request({}))).toThrow(code('AUTH_REQUIRED'));
    expect(() => open.admit(request({}, 'DELETE'))).toThrow(code('AUTH_REQUIRED'));
    expect(open.admit(request({ 'x-trivium-client': 'test' })).user).toBe('anonymous');
    expect(open.admit(request({}, 'GET')).user).toBe('anonymous');
  });

  it('refuses to go without tokens on an address that others reach', () => {
    expect(() => createRequestGuard({ http: { ...http, host: '0.0.0.0' }, auth: { mode: 'none' } })).toThrow(code('CONFIG_INVALID'));
  });
});
