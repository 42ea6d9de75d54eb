import { setTimeout as sleep } from 'node:timers/promises';
import { type Connector, type ConnectorPlan, PlatformError } from '../../spi/index.ts';
import { Findings } from '../check/findings.ts';
import { rowsOfFrame } from '../run/ask-engine.ts';
import type { ConnectorCheck } from './connector-check.ts';
import { type KnownTable, readRequest, requestFor } from './subject.ts';

/** Units: milliseconds within which a connector reacts to being told to stop. */
const STOP_MS_MAX = 5000;

const STOPPED = new PlatformError('ENGINE_CANCELLED', 'stopped');

/** How a connector behaves when things end early. */
export const CONDUCT_CHECKS: readonly ConnectorCheck[] = [
  {
    id: 'conduct.cancel',
    title: 'An aborted read ends soon, with an error, never as if it were whole',
    run: async (subject) => {
      const findings = new Findings();
      const table = await subject.table('many');
      for (const after of [0, 1, 2]) {
        const seen = await readAborted(subject.connector, table, after);
        findings.expect(seen === 'an error', `aborted after ${String(after)} messages`, 'an error', seen);
      }
      return findings.outcome();
    },
  },
  {
    id: 'conduct.leave',
    title: 'Reads that are left early and plans that are never read free what they hold',
    run: async (subject) => {
      const findings = new Findings();
      const connector = await subject.start();
      const table = await subject.table('many');
      // More often than there are connections, so that one that is kept is missed.
      for (let round = 0; round < 24; round += 1) {
        const plan = await connector.plan(requestFor(table));
        if (round % 2 === 0) await readFirst(connector, plan, table);
        await connector.release(plan);
      }
      const { rows, fault } = await readRequest(connector, requestFor(table));
      const whole = fault === null && rows.length === table.rows.length;
      findings.expect(whole, 'a read after 24 that were left', `${String(table.rows.length)} rows`, fault ?? `${String(rows.length)} rows`);
      const closed = await Promise.race([connector.close().then(() => true), sleep(STOP_MS_MAX, false)]);
      findings.expect(closed, 'close()', `an end within ${String(STOP_MS_MAX)} ms`, 'none');
      return findings.outcome();
    },
  },
];

async function readFirst(connector: Connector, { splits }: ConnectorPlan, { columns }: KnownTable): Promise<void> {
  const frames = connector.read(splits[0] ?? null, columns, new AbortController().signal)[Symbol.asyncIterator]();
  await frames.next();
  await frames.return?.();
}

async function readAborted(connector: Connector, table: KnownTable, after: number): Promise<string> {
  const plan: ConnectorPlan = await connector.plan(requestFor(table));
  const stop = new AbortController();
  const reading = readUntil(connector, plan, table, after, stop);
  try {
    const late = sleep(STOP_MS_MAX, `nothing for ${String(STOP_MS_MAX)} ms`);
    return await Promise.race([reading, late]);
  } finally {
    await connector.release(plan);
  }
}

async function readUntil(
  connector: Connector,
  { splits }: ConnectorPlan,
  { columns, rows }: KnownTable,
  after: number,
  stop: AbortController,
): Promise<string> {
  let messages = 0;
  let seen = 0;
  try {
    if (after === 0) stop.abort(STOPPED);
    for (const split of splits) {
      let schema: Uint8Array | null = null;
      for await (const frame of connector.read(split, columns, stop.signal)) {
        messages += 1;
        if (schema === null) schema = new Uint8Array(frame);
        else seen += rowsOfFrame(columns, schema, frame).length;
        if (messages === after) stop.abort(STOPPED);
      }
    }
  } catch {
    return 'an error';
  }
  // The last message may have been on its way.
  return seen === rows.length && after > 0 ? 'an error' : `a normal end, after ${String(seen)} rows of ${String(rows.length)}`;
}
