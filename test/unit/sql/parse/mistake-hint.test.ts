import { describe, expect, it } from 'vitest';
import type { PlatformError } from '../../../../spi/index.ts';
import { parseStatement } from '../../../../sql/parse/index.ts';

function errorOf(sql: string): PlatformError {
  try {
    parseStatement(sql);
  } catch (error) {
    return error as PlatformError;
  }
  return expect.fail(`accepted: ${sql}`);
}

describe('a mistake that people often make is answered with what to write', () => {
  it.each([
    ['SELECT a, FROM t', 'Drop the comma before FROM, or write what comes after it.'],
    ['SELECT a FROM t, WHERE b', 'Drop the comma before WHERE, or write what comes after it.'],
    ['SELECT a,', 'Drop the comma at the end, or write what comes after it.'],
    ['SELECT a FROM t WHERE b && c', 'Write AND.'],
    ["SELECT a FROM t WHERE b = 'it's fine'", "A quote inside a text is doubled: 'it''s."],
    ['SELECT TOP 10 a FROM t', 'Write LIMIT 10 at the end.'],
    ['SELECT a FROM t LIMIT 10, 20', 'Write LIMIT 20 OFFSET 10.'],
    ['SELECT a FROM t WHERE b NOT 1', 'NOT stands before IN, LIKE or BETWEEN, or before a whole condition.'],
    ['SELECT a FROM t WHERE b = 1 ADN c', 'Did you mean AND?'],
    ['SELECT a FROM order', 'ORDER is a reserved word: put it in double quotes to use it as a name.'],
  ])('%s', (sql, hint) => {
    expect(errorOf(sql).hint).toBe(hint);
  });
});

describe('what is left for later is refused by its name', () => {
  it.each([
    ['SELECT * FROM t MATCH_RECOGNIZE (PATTERN (a) DEFINE a AS true)', 'MATCH_RECOGNIZE', 17],
    ['SELECT * FROM t, GRAPH_TABLE (g MATCH (a) COLUMNS (a.x))', 'GRAPH_TABLE', 18],
  ])('%s', (sql, name, column) => {
    const error = errorOf(sql);
    expect({ code: error.code, column: error.location?.column }).toEqual({ code: 'SQL_UNSUPPORTED', column });
    expect(error.message).toContain(name);
  });
});
