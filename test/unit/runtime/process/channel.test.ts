import { duplexPair } from 'node:stream';
import { setImmediate as turn } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { type Channel, createChannel, type Exchange, type Handler } from '../../../../runtime/process/index.ts';
import { PlatformError } from '../../../../spi/index.ts';
import { importMutant } from '../../../mutant/import-mutant.ts';

type Create = typeof createChannel;

function channelPair(create: Create = createChannel): { caller: Channel; server: Channel } {
  const [left, right] = duplexPair();
  return { caller: create(left, { lostCode: 'ENGINE_LOST' }), server: create(right, { lostCode: 'INTERNAL_UNAVAILABLE' }) };
}

async function turns(count = 200): Promise<void> {
  for (let done = 0; done < count; done++) await turn();
}

function codeOf(promise: Promise<unknown>): Promise<string> {
  return promise.then(
    () => 'no error',
    (error: unknown) => (error instanceof PlatformError ? error.code : String(error)),
  );
}

async function collect(frames: AsyncIterable<Uint8Array>): Promise<Uint8Array[]> {
  const all: Uint8Array[] = [];
  for await (const frame of frames) all.push(frame);
  return all;
}

const sendFrames =
  (count: number, bytes: number, onSent: (sent: number) => void = () => undefined): Handler =>
  async (_params, context) => {
    for (let sent = 0; sent < count; sent++) {
      await context.send(Buffer.alloc(bytes, sent));
      onSent(sent + 1);
    }
    return count;
  };

async function* numbered(count: number, bytes: number): AsyncIterable<Uint8Array> {
  for (let sent = 0; sent < count; sent++) {
    await turn();
    yield Buffer.alloc(bytes, sent);
  }
}

describe('calls', () => {
  test('go both ways at the same time', async () => {
    const { caller, server } = channelPair();
    server.serve({ double: (value: number) => Promise.resolve(value * 2) });
    caller.serve({ half: (value: number) => Promise.resolve(value / 2) });
    const answers = await Promise.all([caller.call('double', 4), server.call('half', 4), caller.call('double', 5)]);
    expect(answers).toEqual([8, 2, 10]);
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

describe('cancellation', () => {
  const reason = new PlatformError('RESOURCE_DEADLINE', 'The statement ran for 5 s.');

  async function cancelled(stop: (exchange: Exchange, controller: AbortController) => void): Promise<[unknown, string]> {
    const { caller, server } = channelPair();
    const seen = deferred<unknown>();
    server.serve({
      wait: (_params, context) =>
        new Promise(() => {
          context.signal.addEventListener('abort', () => {
            seen.resolve((context.signal.reason as PlatformError).code);
          });
        }),
    });
    const controller = new AbortController();
    const exchange = caller.open('wait', null, { signal: controller.signal });
    await turns(5);
    stop(exchange, controller);
    return [await seen.promise, await codeOf(exchange.result)];
  }

  test('reaches the signal of the handler with its reason', async () => {
    expect(
      await cancelled((exchange) => {
        exchange.cancel(reason);
      }),
    ).toEqual(['RESOURCE_DEADLINE', 'RESOURCE_DEADLINE']);
  });

  test('follows an abort signal', async () => {
    expect(
      await cancelled((_exchange, controller) => {
        controller.abort();
      }),
    ).toEqual(['ENGINE_CANCELLED', 'ENGINE_CANCELLED']);
  });

  test('before the call sends nothing', async () => {
    const { caller, server } = channelPair();
    let called = false;
    server.serve({ never: () => Promise.resolve((called = true)) });
    expect(await codeOf(caller.call('never', null, { signal: AbortSignal.abort(reason) }))).toBe('RESOURCE_DEADLINE');
    await turns(5);
    expect(called).toBe(false);
  });

  test('follows when the reader leaves its loop, and the producer is stopped', async () => {
    const { caller, server } = channelPair();
    const stopped = deferred<string>();
    server.serve({
      stream: async (_params, context) => {
        for (;;) {
          const outcome = await codeOf(context.send(Buffer.alloc(1000)));
          if (outcome !== 'no error') stopped.resolve(outcome);
          if (outcome !== 'no error') return null;
        }
      },
    });
    for await (const frame of caller.open('stream', null).frames) if (frame.byteLength > 0) break;
    expect(await stopped.promise).toBe('ENGINE_CANCELLED');
    expect(await codeOf(caller.call('nothing', null))).toBe('INTERNAL_INVARIANT');
  });
});

describe('uploads', () => {
  test('reach the handler in order and end', async () => {
    const { caller, server } = channelPair();
    server.serve({ take: async (_params, context) => (await collect(context.frames)).map((frame) => [frame.byteLength, frame[0] ?? -1]) });
    const answer = await caller.call('take', null, { frames: numbered(20, 500_000) });
    expect(answer).toEqual(Array.from({ length: 20 }, (_, index) => [500_000, index]));
  });

  test('stop at the window while the handler does not read', async () => {
    const { caller, server } = channelPair();
    const go = deferred<null>();
    server.serve({
      take: async (_params, context) => {
        await go.promise;
        return (await collect(context.frames)).length;
      },
    });
    let produced = 0;
    async function* source(): AsyncIterable<Uint8Array> {
      for await (const frame of numbered(50, 2 ** 20)) {
        produced += 1;
        yield frame;
      }
    }
    const answer = caller.call('take', null, { frames: source() });
    await turns();
    expect(produced).toBe(5);
    go.resolve(null);
    expect(await answer).toBe(50);
  });

  test('that fail at their source end the exchange with that error on both ends', async () => {
    const { caller, server } = channelPair();
    const seen = deferred<string>();
    server.serve({
      take: async (_params, context) => {
        seen.resolve(await codeOf(collect(context.frames)));
        return null;
      },
    });
    async function* source(): AsyncIterable<Uint8Array> {
      yield* numbered(2, 10);
      throw new PlatformError('RESOURCE_BODY_TOO_SLOW', 'The body stopped.');
    }
    expect(await codeOf(caller.call('take', null, { frames: source() }))).toBe('RESOURCE_BODY_TOO_SLOW');
    expect(await seen.promise).toBe('RESOURCE_BODY_TOO_SLOW');
  });

  test('that nobody wants any more are stopped by the answer', async () => {
    const { caller, server } = channelPair();
    server.serve({ ignore: () => Promise.resolve('enough') });
    const left = deferred<boolean>();
    async function* source(): AsyncIterable<Uint8Array> {
      try {
        for (;;) {
          await turn();
          yield Buffer.alloc(100_000);
        }
      } finally {
        left.resolve(true);
      }
    }
    expect(await caller.call('ignore', null, { frames: source() })).toBe('enough');
    expect(await left.promise).toBe(true);
  });
});

describe('a closed channel', () => {
  test.each(['caller', 'server'] as const)('fails what runs on it when the %s closes it', async (side) => {
    const pair = channelPair();
    const aborted = deferred<string>();
    pair.server.serve({
      stream: async (_params, context) => {
        context.signal.addEventListener('abort', () => {
          aborted.resolve((context.signal.reason as PlatformError).code);
        });
        await context.send(Buffer.alloc(10));
        return new Promise(() => undefined);
      },
    });
    const exchange = pair.caller.open('stream', null);
    const frames = codeOf(collect(exchange.frames));
    await turns(5);
    pair[side].close();
    expect(await frames).toBe('ENGINE_LOST');
    expect(await codeOf(exchange.result)).toBe('ENGINE_LOST');
    expect(await codeOf(pair.caller.call('stream', null))).toBe('ENGINE_LOST');
    expect(await aborted.promise).toBe('INTERNAL_UNAVAILABLE');
    await Promise.all([pair.caller.closed, pair.server.closed]);
  });

  test('still delivers what was answered before', async () => {
    const { caller, server } = channelPair();
    server.serve({
      last: () => {
        setImmediate(() => {
          server.close();
        });
        return Promise.resolve('x'.repeat(100_000));
      },
    });
    expect(await caller.call('last', null)).toHaveLength(100_000);
    await caller.closed;
  });
});

describe('bytes that are not of the protocol', () => {
  const message = (kind: number, payload: string | Buffer, length = Buffer.byteLength(payload)): Buffer => {
    const head = Buffer.alloc(9);
    head.writeUInt32LE(length, 0);
    head.writeUInt8(kind, 4);
    head.writeUInt32LE(1, 5);
    return Buffer.concat([head, Buffer.from(payload)]);
  };

  test.each([
    ['an unknown kind', message(0x8f, '')],
    ['an oversized control message', message(0x85, '', 65 * 2 ** 20)],
    ['an oversized frame', message(0x83, '', 2 ** 30 + 1)],
    ['a result that is not JSON', message(0x85, '{"a":')],
    ['an error with an unregistered code', message(0x86, '{"code":"NOT_A_CODE","message":"x"}')],
    ['an error that is no object', message(0x86, 'null')],
    ['a credit of three bytes', message(0x84, Buffer.alloc(3))],
    ['a credit beyond what was sent', message(0x84, Buffer.alloc(4, 1))],
    ['an opening message of the wrong form', message(1, '["m"]')],
    ['a result from the calling end', Buffer.concat([message(1, '["wait",null,1,false]'), message(5, '1')])],
    ['two openings of one exchange', Buffer.concat([message(1, '["wait",null,1,false]'), message(1, '["wait",null,1,false]')])],
    ['a frame beyond the window', Buffer.concat([message(0x83, Buffer.alloc(3)), message(0x83, Buffer.alloc(3))])],
  ])('close the channel with a coded error: %s', async (_what, bytes) => {
    const [left, right] = duplexPair();
    const caller = createChannel(left, { lostCode: 'ENGINE_LOST' });
    caller.serve({ wait: () => new Promise(() => undefined) });
    right.resume();
    const exchange = caller.open('anything', null, { windowBytes: 4 });
    right.write(bytes);
    await expect(exchange.result).rejects.toMatchObject({ code: 'ENGINE_LOST', cause: { code: 'INTERNAL_INVARIANT' } });
    await caller.closed;
  });

  test('are not sent: a message over the limit fails its own call only', async () => {
    const { caller, server } = channelPair();
    server.serve({ echo: (value) => Promise.resolve(value), long: () => Promise.resolve('x'.repeat(65 * 2 ** 20)) });
    expect(await codeOf(caller.call('echo', 'x'.repeat(65 * 2 ** 20)))).toBe('RESOURCE_BODY_TOO_LARGE');
    expect(await codeOf(caller.call('long', null))).toBe('RESOURCE_BODY_TOO_LARGE');
    expect(await caller.call('echo', 1)).toBe(1);
  });
});

function deferred<T>(): { promise: Promise<T>; resolve: (value: T) => void } {
  let resolve: (value: T) => void = () => undefined;
  const promise = new Promise<T>((onResolve) => {
    resolve = onResolve;
  });
  return { promise, resolve };
}
