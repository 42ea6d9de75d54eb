import { duplexPair } from 'node:stream';
import { describe, expect, test } from 'vitest';
import { createChannel } from '../../../../runtime/process/index.ts';
import type { PlatformError } from '../../../../spi/index.ts';
import { channelPair, codeOf, collect, deferred, turns } from './fixture/channel-pair.ts';

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
