import { Duplex } from 'node:stream';
import { describe, expect, test } from 'vitest';
import { createChannel } from '../../../../runtime/process/index.ts';
import { PlatformError } from '../../../../spi/index.ts';
import { importMutant } from '../../../mutant/import-mutant.ts';
import { channelPair, codeOf, collect, deferred, sendFrames, turns } from './fixture/channel-pair.ts';

type Create = typeof createChannel;

describe('calls', () => {
  test('go both ways at the same time', async () => {
    const { caller, server } = channelPair();
    server.serve({ double: (value: number) => Promise.resolve(value * 2) });
    caller.serve({ half: (value: number) => Promise.resolve(value / 2) });
    const answers = await Promise.all([caller.call('double', 4), server.call('half', 4), caller.call('double', 5)]);
    expect(answers).toEqual([8, 2, 10]);
  });

  test('of one turn leave together, and large frames at once', async () => {
    const writes: number[] = [];
    const stream = new Duplex({
      read: () => undefined,
      writev: (chunks, done) => {
        writes.push(chunks.length);
        done();
      },
    });
    const channel = createChannel(stream, { lostCode: 'ENGINE_LOST' });
    for (const method of ['one', 'two']) channel.call(method, null).catch(() => undefined);
    await Promise.resolve().then(() => channel.call('three', null, { signal: AbortSignal.abort() }).catch(() => undefined));
    expect(writes).toEqual([]);
    await turns(1);
    expect(writes).toEqual([2]);
    channel.call('four', 'x'.repeat(70_000)).catch(() => undefined);
    expect(writes).toEqual([2, 1]);
    channel.close();
  });

  test('do not wait for slower ones', async () => {
    const { caller, server } = channelPair();
    const slow = deferred<null>();
    server.serve({ slow: () => slow.promise, fast: () => Promise.resolve('fast') });
    const slowAnswer = caller.call('slow', null);
    expect(await caller.call('fast', null)).toBe('fast');
    slow.resolve(null);
    expect(await slowAnswer).toBeNull();
  });

  test('carry coded errors whole', async () => {
    const { caller, server } = channelPair();
    const location = { line: 1, column: 8, offset: 7, length: 3 };
    server.serve({
      fail: () =>
        Promise.reject(
          new PlatformError('SQL_UNKNOWN_COLUMN', 'No column foo.', { location, hint: 'Try food.', details: { column: 'foo' } }),
        ),
    });
    await expect(caller.call('fail', null)).rejects.toMatchObject({
      code: 'SQL_UNKNOWN_COLUMN',
      message: 'No column foo.',
      location,
      hint: 'Try food.',
      details: { column: 'foo' },
    });
  });

  test('turn an uncoded error into a broken invariant', async () => {
    const { caller, server } = channelPair();
    server.serve({ fail: () => Promise.reject(new TypeError('x is not a function')) });
    expect(await codeOf(caller.call('fail', null))).toBe('INTERNAL_INVARIANT');
  });

  test('of a method that nobody serves fail, and the channel lives on', async () => {
    const { caller, server } = channelPair();
    expect(await codeOf(caller.call('nothing', null))).toBe('INTERNAL_INVARIANT');
    server.serve({ nothing: () => Promise.resolve(1) });
    expect(await caller.call('nothing', null)).toBe(1);
  });
});

describe('frames', () => {
  test('follow the header in order and end with the result', async () => {
    const { caller, server } = channelPair();
    server.serve({
      stream: async (_params, context) => {
        context.header({ columns: 2 });
        await context.send(Buffer.from('a'));
        await context.send(new Uint8Array(0));
        await context.send(Buffer.from('c'));
        return { rows: 3 };
      },
    });
    const exchange = caller.open('stream', null);
    expect((await collect(exchange.frames)).map((frame) => Buffer.from(frame).toString())).toEqual(['a', '', 'c']);
    expect(await exchange.header).toEqual({ columns: 2 });
    expect(await exchange.result).toEqual({ rows: 3 });
  });

  test('larger than the window pass one at a time', async () => {
    const { caller, server } = channelPair();
    server.serve({ stream: sendFrames(5, 1000) });
    const frames = await collect(caller.open('stream', null, { windowBytes: 100 }).frames);
    expect(frames.map((frame) => [frame.byteLength, frame[999]])).toEqual([0, 1, 2, 3, 4].map((index) => [1000, index]));
  });

  test('larger than the window pass also behind small ones whose credit is held back', async () => {
    const { caller, server } = channelPair();
    const sizes = [10, 10, 500, 24, 500, 1, 1, 99];
    server.serve({
      stream: async (_params, context) => {
        for (const size of sizes) await context.send(Buffer.alloc(size));
        return null;
      },
    });
    const frames = await collect(caller.open('stream', null, { windowBytes: 100 }).frames);
    expect(frames.map((frame) => frame.byteLength)).toEqual(sizes);
  });

  test('that came before an error are delivered before it is thrown', async () => {
    const { caller, server } = channelPair();
    server.serve({
      stream: async (_params, context) => {
        await context.send(Buffer.from('a'));
        throw new PlatformError('SQL_DIVISION_BY_ZERO', 'Row 2 divides by zero.');
      },
    });
    const exchange = caller.open('stream', null);
    const seen: string[] = [];
    const read = async (): Promise<void> => {
      for await (const frame of exchange.frames) seen.push(Buffer.from(frame).toString());
    };
    expect(await codeOf(read())).toBe('SQL_DIVISION_BY_ZERO');
    expect(await codeOf(exchange.header)).toBe('SQL_DIVISION_BY_ZERO');
    expect(seen).toEqual(['a']);
  });

  /** Returns how many bytes a producer got rid of while nobody read, and how many frames arrived once somebody did. */
  async function unreadBytes(create: Create): Promise<{ unread: number; frames: number }> {
    const { caller, server } = channelPair(create);
    let sent = 0;
    server.serve({ stream: sendFrames(100, 1000, (count) => (sent = count)) });
    const exchange = caller.open('stream', null, { windowBytes: 10_000 });
    await turns();
    const unread = sent * 1000;
    return { unread, frames: (await collect(exchange.frames)).length };
  }

  test('without a reader stop at the window, and go on when they are read', async () => {
    expect(await unreadBytes(createChannel)).toEqual({ unread: 10_000, frames: 100 });
  });

  test('without a window would run on (mutant)', async () => {
    const mutant = await importMutant<{ createChannel: Create }>('index.ts', {
      folder: 'runtime/process',
      file: 'send-window.ts',
      from: 'return this.#underWayBytes * 4 < this.#sizeBytes || this.#underWayBytes + bytes <= this.#sizeBytes;',
      to: 'return bytes >= 0;',
    });
    const outcome = await unreadBytes(mutant.createChannel).then(
      ({ unread }) => unread,
      () => Number.POSITIVE_INFINITY,
    );
    expect(outcome).toBeGreaterThan(10_000);
  });
});
