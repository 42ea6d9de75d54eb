import { setImmediate as turn } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import type { Exchange } from '../../../../runtime/process/index.ts';
import { PlatformError } from '../../../../spi/index.ts';
import { channelPair, codeOf, collect, deferred, numbered, turns } from './fixture/channel-pair.ts';

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
