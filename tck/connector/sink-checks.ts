import type { ConnectorSink, Field } from '../../spi/index.ts';
import { type CheckOutcome } from '../check/check.ts';
import { Findings, skipped } from '../check/findings.ts';
import { encodeValues } from '../value/encode-values.ts';
import type { ConnectorCheck } from './connector-check.ts';
import { rowsDiffer } from './connector-check.ts';
import { type ConnectorSubject, type KnownTable, readRequest, requestFor, rowTexts } from './subject.ts';

/** How a connector writes; skipped for one that does not. */
export const SINK_CHECKS: readonly ConnectorCheck[] = [
  {
    id: 'sink.transaction',
    title: 'Rows are there after the commit, all at once, and never after an abort',
    run: (subject) => whereWritten(subject, checkTransaction),
  },
  {
    id: 'sink.keys',
    title: 'The rows of all attempts of one key come once',
    run: (subject) => whereWritten(subject, checkKeys),
  },
];

const ROWS = [1n, 2n, 3n];

async function whereWritten(
  subject: ConnectorSubject,
  check: (subject: ConnectorSubject, table: KnownTable) => Promise<CheckOutcome>,
): Promise<CheckOutcome> {
  if (subject.connector.sink === undefined) return skipped('it does not write');
  return check(subject, await subject.table('blank'));
}

async function begin(
  { connector }: ConnectorSubject,
  { described, columns }: KnownTable,
  key: string | null,
): Promise<ConnectorSink | undefined> {
  const fields = columns.map(({ id, name, type, nullable }): Field => ({ id, name, type, nullable }));
  return connector.sink?.(described.name, fields, key);
}

async function append(sink: ConnectorSink | undefined, { columns }: KnownTable): Promise<number> {
  const frames = encodeValues(
    columns,
    ROWS.map((value) => [value]),
  );
  async function* stream(): AsyncGenerator<Uint8Array> {
    yield* frames;
  }
  return (await sink?.append(stream(), new AbortController().signal)) ?? 0;
}

async function checkTransaction(subject: ConnectorSubject, table: KnownTable): Promise<CheckOutcome> {
  const findings = new Findings();
  const before = await readRequest(subject.connector, requestFor(table));
  const see = async (where: string, more: number): Promise<void> => {
    const wanted = [
      ...before.rows,
      ...Array.from({ length: more }, () => rowTexts({ columns: table.columns, rows: ROWS.map((value) => [value]) }, table.columns)).flat(),
    ];
    const { rows, fault } = await readRequest(subject.connector, requestFor(table));
    const seen = fault ?? rowsDiffer(rows, wanted);
    findings.expect(seen === null, where, `${String(wanted.length)} rows`, seen ?? '');
  };
  const taken = await begin(subject, table, null);
  const count = await append(taken, table);
  findings.expect(count === ROWS.length, 'append', String(ROWS.length), String(count));
  await taken?.abort();
  await see('after an abort', 0);
  const kept = await begin(subject, table, null);
  await append(kept, table);
  await see('before the commit', 0);
  await kept?.commit();
  await kept?.abort();
  await see('after the commit, and an abort that is too late', 1);
  return findings.outcome();
}

async function checkKeys(subject: ConnectorSubject, table: KnownTable): Promise<CheckOutcome> {
  const findings = new Findings();
  const key = `connector-tck ${String(Date.now())}`;
  const first = await begin(subject, table, key);
  if (first?.repeated === undefined) {
    await first?.abort();
    return skipped('it keeps no keys');
  }
  findings.expect(first.repeated === null, 'a new key', 'null', String(first.repeated));
  await append(first, table);
  await first.abort();
  const second = await begin(subject, table, key);
  findings.expect(second?.repeated === null, 'the key of an attempt that was aborted', 'null', String(second?.repeated));
  await append(second, table);
  await second?.commit();
  const third = await begin(subject, table, key);
  findings.expect(third?.repeated === ROWS.length, 'the key of a commit', String(ROWS.length), String(third?.repeated));
  await third?.abort();
  return findings.outcome();
}
