import { afterEach, describe, expect, it } from 'vitest';
import { type MemoryGateway, startMemoryGateway } from '../support/memory-gateway.ts';

let gateway: MemoryGateway;

afterEach(() => gateway.close());

const ENDPOINTS = [
  ['POST', '/v1/engines'],
  ['DELETE', '/v1/engines/memory'],
  ['POST', '/v1/engines/memory/drain'],
  ['POST', '/v1/engines/memory/canary?percent=5'],
  ['POST', '/v1/engines/memory/promote'],
] as const;

/** Calls all endpoints that change engines; returns the codes of their answers, each once. */
async function codes(headers: Record<string, string>): Promise<readonly string[]> {
  const answers = await Promise.all(
    ENDPOINTS.map(async ([method, path]) => {
      const { code } = (await (await gateway.call(path, { method, headers })).json()) as { readonly code: string };
      return code;
    }),
  );
  return [...new Set(answers)];
}

describe('the endpoints that change engines', () => {
  it('refuse web pages, those of allowed origins too', async () => {
    gateway = await startMemoryGateway();
    expect(await codes({ origin: 'https://app.example.com' })).toEqual(['AUTH_ORIGIN']);
    expect(await codes({ 'sec-fetch-site': 'same-origin' })).toEqual(['AUTH_ORIGIN']);
    expect(await codes({ authorization: 'Bearer wrong' })).toEqual(['AUTH_REQUIRED']);
  });

  it('refuse everybody where nobody has a token', async () => {
    gateway = await startMemoryGateway([{}], {}, { auth: { mode: 'none' } });
    expect(await codes({ 'x-trivium-client': 'test' })).toEqual(['AUTH_FORBIDDEN']);
  });

  it('are not there where engines are those of the configuration', async () => {
    gateway = await startMemoryGateway();
    expect(await codes({})).toEqual(['REQUEST_NOT_FOUND']);
  });
});
