import { Duplex } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { createChannel } from '../../../../runtime/process/index.ts';
import { EngineLink } from '../../../../sql-gateway/engine/host/engine-link.ts';
import { engineService } from '../../../../sql-gateway/engine/host/engine-service.ts';
import { HostedEngine } from '../../../../sql-gateway/engine/host/hosted-engine.ts';
import { Incarnation } from '../../../../sql-gateway/engine/host/incarnation.ts';
import type { EngineCapabilities } from '../../../../spi/index.ts';
import { bound } from '../../../support/parquet-tables.ts';
import { INTEGER, lit, plan, values } from '../../../support/plan-builder.ts';
import { collectRows, runOptions } from '../../../support/result-rows.ts';
import { createSilentLog } from '../../../support/silent-log.ts';

const HELLO = fileURLToPath(new URL('../../../../examples/hello-engine/index.ts', import.meta.url));

/** Two ends of a connection, and what each wrote to it: one entry for each call of the system. */
function connection(): { readonly near: Duplex; readonly far: Duplex; readonly asked: number[]; readonly answered: number[] } {
  const [asked, answered]: [number[], number[]] = [[], []];
  const end = (written: number[], other: () => Duplex): Duplex =>
    new Duplex({
      read: () => undefined,
      writev: (chunks, done) => {
        written.push(chunks.length);
        const bytes = Buffer.concat(chunks.map(({ chunk }) => chunk as Buffer));
        setImmediate(() => other().push(bytes));
        done();
      },
    });
  const near: Duplex = end(asked, () => far);
  const far: Duplex = end(answered, () => near);
  return { near, far, asked, answered };
}

test('a short statement of an engine that was chosen before waits for two answers: its estimate, and its rows', async () => {
  const { near, far, asked, answered } = connection();
  const server = createChannel(far, { lostCode: 'INTERNAL_UNAVAILABLE' });
  server.serve(engineService(server));
  const channel = createChannel(near, { lostCode: 'ENGINE_LOST' });
  await channel.call('load', { module: HELLO });
  const started = await channel.call('start', { config: { batchRows: 10 }, spoolDirectory: '/none', dataDirectory: '/none' });
  const { capabilities } = started as unknown as { readonly capabilities: EngineCapabilities };
  const handle = { channel, exited: new Promise<never>(() => undefined), kill: () => undefined, stop: () => Promise.resolve() };
  const hosted = { staging: new Map(), progress: new Map() };
  const incarnation = new Incarnation({ handle, processId: null, capabilities, hosted, lines: [], memoryBytesMax: 0 });
  const link = new EngineLink('hello', incarnation, () => Promise.resolve(incarnation), createSilentLog());
  const engine = new HostedEngine(link, {});

  const statement = async (): Promise<unknown> => {
    const query = bound(plan(values([[1, INTEGER]], [[lit(7)]])));
    await engine.estimate(query);
    const prepared = await engine.prepare(query);
    const rows = await collectRows(prepared.execute(runOptions()));
    await prepared.close();
    return rows;
  };
  await statement();
  for (const counts of [asked, answered]) counts.length = 0;
  expect(await statement()).toEqual([[7]]);
  // Asked: the estimate, which closes what the statement before had prepared, and the rows.
  expect(asked).toEqual([1, 1]);
  // Answered: the estimate, what was prepared meanwhile, and then schema, batch and end at once (a frame is a head and its bytes).
  expect(answered).toEqual([1, 1, 5]);
  channel.close();
});
