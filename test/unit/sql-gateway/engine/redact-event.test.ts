import { expect, test } from 'vitest';
import type { TraceEvent } from '../../../../sql-gateway/engine/trace/engine-traces.ts';
import { redactEvent } from '../../../../sql-gateway/engine/trace/redact-event.ts';
import { importMutant } from '../../../mutant/import-mutant.ts';

const event = (message: string, body: unknown): TraceEvent => ({
  atMs: 0,
  engine: 'hello',
  version: '1.0.0',
  query: 1,
  from: 'host',
  message,
  elapsedMs: null,
  bytes: 10,
  body,
});

/** Each says `secret` in another place where values of rows stand. */
const TELLING: readonly TraceEvent[] = [
  event('estimate', { plan: { root: { kind: 'filter', condition: { kind: 'call', arguments: [{ kind: 'literal', value: 'secret' }] } } } }),
  event('execute', { queryId: 'q', parameters: ['secret', null], deadlineAtMs: null }),
  event('tables.plan', {
    splits: [{ uri: 'file:///t/city=secret/1.parquet', rows: 1, partition: { 1: 'secret' }, missingValues: { 2: 'secret' } }],
  }),
  event('tables.plan', { table: { schema: 'main', name: 't' }, files: ['file:///t/city=secret/1.parquet'] }),
  event('error', { code: 'SQL_INVALID_VALUE', message: "'secret' is no number", details: { value: 'secret' } }),
];

test('values of rows are hidden wherever they stand', () => {
  const texts = TELLING.map((told) => JSON.stringify(redactEvent(told)));
  expect(texts.filter((text) => text.includes('secret'))).toEqual([]);
  expect(texts.map((text) => JSON.parse(text) as TraceEvent).map(({ bytes }) => bytes)).toEqual(TELLING.map(() => 10));
});

test('kinds, names, numbers and codes stay', () => {
  const said = event('estimate', { kind: 'estimate', rows: 3, plan: { output: [{ name: 'a', type: { kind: 'integer' } }], limit: 10 } });
  expect(redactEvent(said)).toEqual(said);
  expect(redactEvent(TELLING[4] as TraceEvent).body).toEqual({ code: 'SQL_INVALID_VALUE' });
  expect(redactEvent(TELLING[1] as TraceEvent).body).toMatchObject({ queryId: 'q', parameters: ['…', null] });
});

test.each([
  ["key === 'value' && 'kind' in owner && owner.kind === 'literal'", 'false'],
  ["(key === 'parameters' && 'queryId' in owner) || ", ''],
  ["['missingValues', 'partition', 'files']", '[]'],
  ["event.message === 'error' ? codeOf(event.body) : ", ''],
])('without %s a value is told (mutant)', async (from, to) => {
  const mutation = { folder: 'sql-gateway/engine/trace', file: 'redact-event.ts', from, to };
  const { redactEvent: leaky } = await importMutant<{ readonly redactEvent: typeof redactEvent }>('redact-event.ts', mutation);
  expect(TELLING.some((told) => JSON.stringify(leaky(told)).includes('secret'))).toBe(true);
});
