import { afterEach, describe, expect, it } from 'vitest';
import type { TraceEvent } from '../../sql-gateway/index.ts';
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

/** Follows an engine while a statement runs; returns what was said. */
async function follow(values: boolean, sql: string): Promise<readonly TraceEvent[]> {
  const stop = new AbortController();
  const response = await gateway.call(`/v1/engines/memory/trace?values=${String(values)}`, { signal: stop.signal });
  const events: TraceEvent[] = [];
  const decoder = new TextDecoder();
  let text = '';
  let asked: Promise<unknown> | null = null;
  for await (const chunk of response.body as unknown as AsyncIterable<Uint8Array>) {
    asked ??= gateway.sql(sql).then((answer) => answer.text());
    text += decoder.decode(chunk, { stream: true });
    const lines = text.split('\n');
    text = lines.pop() ?? '';
    for (const line of lines) if (line !== '') events.push(JSON.parse(line) as TraceEvent);
    if (events.some(({ message, from }) => message === 'close' && from === 'engine')) break;
  }
  stop.abort();
  await asked;
  return events;
}

describe('the endpoint that follows an engine', () => {
  it('tells each message with its size, its time and the query that it belongs to', async () => {
    gateway = await startMemoryGateway();
    const events = await follow(true, "SELECT 'secret' AS s");
    const said = events.map(({ from, message }) => `${from} ${message}`);
    expect(said).toEqual([
      ...['host estimate', 'engine estimate', 'host prepare', 'engine prepare'],
      ...['host execute', 'engine frame', 'engine frame', 'engine end', 'host close', 'engine close'],
    ]);
    expect(new Set(events.map(({ query }) => query)).size).toBe(1);
    expect(events.every(({ from, elapsedMs }) => (elapsedMs === null) === (from === 'host'))).toBe(true);
    expect(JSON.stringify(events)).toContain('secret');
  });

  it('hides values unless they are asked for', async () => {
    gateway = await startMemoryGateway();
    const events = await follow(false, "SELECT 'secret' AS s");
    expect(events.length).toBeGreaterThan(5);
    expect(JSON.stringify(events)).not.toContain('secret');
    expect(JSON.stringify(events)).toContain('"kind":"literal"');
  });

  it('is for administrators, and not for web pages', async () => {
    gateway = await startMemoryGateway();
    const codeOf = async (headers: Record<string, string>): Promise<string> =>
      ((await (await gateway.call('/v1/engines/memory/trace', { headers })).json()) as { readonly code: string }).code;
    expect(await codeOf({ origin: 'https://app.example.com' })).toBe('AUTH_ORIGIN');
    expect(await codeOf({ authorization: 'Bearer wrong' })).toBe('AUTH_REQUIRED');
    const unknown = (await (await gateway.call('/v1/engines/memry/trace')).json()) as { readonly code: string };
    expect(unknown.code).toBe('ENGINE_UNKNOWN');
  });
});

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
