import { PassThrough } from 'node:stream';
import { setImmediate as nextTurn } from 'node:timers/promises';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { MESSAGE } from '../../../runtime/process/message.ts';
import { MessageReader } from '../../../runtime/process/message-reader.ts';
import { MessageWriter } from '../../../runtime/process/message-writer.ts';

const messages = fc.array(
  fc.record({
    exchange: fc.nat(2 ** 32 - 1),
    payload: fc.oneof(fc.uint8Array({ maxLength: 40 }), fc.uint8Array({ minLength: 500, maxLength: 3000 })),
  }),
  { maxLength: 12 },
);

test('whatever the writer wrote is read back, however the stream is cut into chunks', async () => {
  await fc.assert(
    fc.asyncProperty(messages, fc.array(fc.integer({ min: 1, max: 700 }), { minLength: 1 }), async (sent, cuts) => {
      const stream = new PassThrough({ highWaterMark: 2 ** 24 });
      const writer = new MessageWriter(stream);
      for (const { exchange, payload } of sent) writer.frame(MESSAGE.frame, exchange, payload);
      // What is written in one turn leaves at its end.
      await nextTurn();
      const bytes = (stream.read() as Buffer | null) ?? Buffer.alloc(0);
      const received: { exchange: number; payload: Uint8Array }[] = [];
      const reader = new MessageReader((_kind, exchange, payload) => received.push({ exchange, payload: Uint8Array.from(payload) }));
      for (let offset = 0, cut = 0; offset < bytes.length; cut++) {
        const end = offset + (cuts[cut % cuts.length] ?? 1);
        reader.push(bytes.subarray(offset, end));
        offset = end;
      }
      expect(received).toEqual(sent);
    }),
    { numRuns: 100 },
  );
});
