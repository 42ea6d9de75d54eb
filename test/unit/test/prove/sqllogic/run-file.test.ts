import { describe, expect, it } from 'vitest';
import { PlatformError } from '../../../../../spi/index.ts';
import type { BoundStatement } from '../../../../../sql/bind/index.ts';
import { checkSession } from '../../../../../sql-gateway/http/parse-statement-request.ts';
import { parseRecords } from '../../../../prove/sqllogic/parse-records.ts';
import type { EngineAnswer, SqlPlatform } from '../../../../prove/sqllogic/platform.ts';
import { formatOutcomes } from '../../../../prove/sqllogic/format-outcomes.ts';
import { runFile } from '../../../../prove/sqllogic/run-file.ts';

const session = checkSession(null);
const one = { rows: [['1']], types: [{ letter: 'I', floating: false }] } as const;

/** A platform of two engines: `sure` gives what the text of the statement says, `shy` refuses everything. */
const platform: SqlPlatform = {
  engines: ['sure', 'shy'],
  sessionIn: () => session,
  bind: (sql) => {
    if (sql.startsWith('BAD')) return Promise.reject(new PlatformError('SQL_SYNTAX', 'not a statement'));
    const kind = sql.startsWith('SELECT') ? 'query' : 'truncate';
    return Promise.resolve({ kind, query: sql } as unknown as BoundStatement);
  },
  ask: (engine, query) =>
    Promise.resolve(engine === 'shy' ? { kind: 'refusal', code: 'ENGINE_UNSUPPORTED', reason: 'shy' } : answer(query)),
  run: () => Promise.resolve({ result: { rows: [['3']], types: [{ letter: 'I', floating: false }] }, session }),
  close: () => Promise.resolve(),
};

function answer(query: unknown): EngineAnswer {
  if (query === 'SELECT too much') return { kind: 'error', failure: { code: 'SQL_OVERFLOW', message: 'it leaves the range' } };
  return { kind: 'rows', result: one };
}

async function verdicts(text: string): Promise<readonly string[]> {
  const records = parseRecords(`onlyif sure\n${text}`, 'f.slt');
  const outcomes = await runFile({ file: 'f.slt', records, schema: 's', platform, chosen: () => true, onBound: () => undefined });
  return outcomes.map(({ engine, verdict }) => `${engine} ${verdict.kind === 'wrong' ? verdict.what : verdict.kind}`);
}

describe('a record', () => {
  it.each([
    ['with the right rows', 'query I\nSELECT 1\n----\n1', 'sure agreed'],
    ['with wrong rows', 'query I\nSELECT 1\n----\n2', 'sure value 1 is 1, expected 2'],
    ['that fails in place of giving rows', 'query I\nSELECT too much\n----\n1', 'sure SQL_OVERFLOW: it leaves the range'],
    ['with the right error', 'statement error SQL_OVERFLOW\nSELECT too much\n----\nthe range', 'sure agreed'],
    ['with another code', 'statement error SQL_SYNTAX\nSELECT too much', 'sure SQL_OVERFLOW: it leaves the range, expected SQL_SYNTAX'],
    ['with another message', 'statement error SQL_OVERFLOW\nSELECT too much\n----\nother', 'sure the message is: it leaves the range'],
    ['whose error is missing', 'statement error SQL_OVERFLOW\nSELECT 1', 'sure no error'],
    ['that the binder refuses', 'statement error SQL_SYNTAX\nBAD', 'gateway agreed'],
    ['that the binder must not refuse', 'query I\nBAD\n----\n1', 'gateway SQL_SYNTAX: not a statement'],
    ['that changes as many rows', 'statement count 3\nTRUNCATE t', 'gateway agreed'],
    ['that changes another number of rows', 'statement count 4\nTRUNCATE t', 'gateway 3 rows changed, expected 4'],
    ['that must fail but changes rows', 'statement error SQL_SYNTAX\nTRUNCATE t', 'gateway no error'],
  ])('%s is judged so', async (_title, text, verdict) => {
    expect(await verdicts(text)).toEqual([verdict]);
  });

  it('counts the engines that refuse it with their code, and asks DuckDB alone too', async () => {
    const records = parseRecords('query I\nSELECT 1\n----\n1', 'f.slt');
    const outcomes = await runFile({ file: 'f.slt', records, schema: 's', platform, chosen: () => true, onBound: () => undefined });
    expect(
      formatOutcomes(outcomes)
        .split('\n')
        .map((line) => line.replace(/ +/g, ' ')),
    ).toEqual(['duckdb 1 records: agreed 1', 'shy 1 records: refused ENGINE_UNSUPPORTED 1', 'sure 1 records: agreed 1']);
  });

  it('must give the same values as others of its label', async () => {
    const text = 'query I nosort same\nSELECT 1\n----\n1\n\nonlyif duckdb\nquery I nosort same\nSELECT 2\n----\n2';
    expect(await verdicts(text)).toEqual(['sure agreed', 'duckdb other values than the first query labelled same']);
  });
});
