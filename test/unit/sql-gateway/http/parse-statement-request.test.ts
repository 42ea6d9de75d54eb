import { describe, expect, it } from 'vitest';
import { parseStatementRequest } from '../../../../sql-gateway/http/parse-statement-request.ts';

const json = (value: unknown) => parseStatementRequest(Buffer.from(JSON.stringify(value)), 'application/json');
const refusal = (code: string, message: RegExp) =>
  expect.objectContaining({ code, message: expect.stringMatching(message) as string }) as Error;

describe('the body of a statement request', () => {
  it('is JSON with the statement and what goes with it', () => {
    const body = { sql: 'SELECT $1', parameters: [1], session: { schema: 's', timeoutMs: '5' }, timeoutMs: 7 };
    expect(json(body)).toEqual({
      sql: 'SELECT $1',
      parameters: [1],
      session: {
        schema: 's',
        timeZone: null,
        engine: null,
        timeoutMs: 5,
        resultCache: null,
        freshViews: null,
        snapshot: null,
        readYourWrites: null,
        readAfter: null,
        transaction: null,
        prepared: null,
      },
      timeoutMs: 7,
    });
  });

  it('is the statement itself as plain text', () => {
    expect(parseStatementRequest(Buffer.from('SELECT 1'), 'text/plain; charset=utf-8').sql).toBe('SELECT 1');
  });

  it('is refused when it is not UTF-8', () => {
    expect(() => parseStatementRequest(Buffer.from([0x22, 0xc3, 0x28]), 'text/plain')).toThrow(refusal('REQUEST_INVALID', /UTF-8/));
  });

  it('is refused when its text has a lone surrogate', () => {
    expect(() => parseStatementRequest(Buffer.from('{"sql":"SELECT \'\\ud800\'"}'), 'application/json')).toThrow(
      refusal('REQUEST_INVALID', /Unicode/),
    );
  });

  it.each([
    [[], /must be an object/],
    [{}, /'sql' must be a text/],
    [{ sql: 1 }, /'sql' must be a text/],
    [{ sql: 's', paramters: [] }, /did you mean 'parameters'/],
    [{ sql: 's', session: { shcema: 'x' } }, /did you mean 'schema'/],
    [{ sql: 's', timeoutMs: 0 }, /'timeoutMs'/],
    [{ sql: 's', timeoutMs: 1.5 }, /'timeoutMs'/],
    [{ sql: 's', parameters: [{}] }, /Parameter 1 must be/],
    [{ sql: 's', parameters: [2 ** 53] }, /send it as text/],
    [{ sql: 's', parameters: 'x' }, /list or an object/],
  ])('is refused as %j', (value, message) => {
    expect(() => json(value)).toThrow(refusal('REQUEST_INVALID', message));
  });

  it('is refused when the statement is longer than one MiB', () => {
    expect(() => json({ sql: 'x'.repeat(2 ** 20 + 1) })).toThrow(refusal('SQL_TOO_LONG', /longer/));
  });

  it('takes deeply nested JSON for what it is', () => {
    const deep = `{"sql":"s","parameters":${'['.repeat(100_000)}${']'.repeat(100_000)}}`;
    expect(() => parseStatementRequest(Buffer.from(deep), 'application/json')).toThrow(refusal('REQUEST_INVALID', /./));
  });

  it('keeps a parameter called __proto__ apart from the prototype', () => {
    const { parameters } = parseStatementRequest(Buffer.from('{"sql":"s","parameters":{"__proto__":"x"}}'), 'application/json');
    expect(Object.entries(parameters)).toEqual([['__proto__', 'x']]);
    expect(Object.getPrototypeOf(parameters)).toBeNull();
  });
});
