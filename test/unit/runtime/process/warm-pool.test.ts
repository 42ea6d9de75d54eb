import { duplexPair } from 'node:stream';
import { setImmediate as turn } from 'node:timers/promises';
import { afterEach, describe, expect, test } from 'vitest';
import { type ChildHandle, createChannel, createWarmPool, type WarmPool, type WarmPoolOptions } from '../../../../runtime/process/index.ts';
import { PlatformError } from '../../../../spi/index.ts';

const pools: WarmPool[] = [];

afterEach(async () => {
  for (const pool of pools.splice(0)) await pool.close();
});

/** A child that lives in this process: what a pool sees of a process. */
function memoryChild(pid: number): ChildHandle {
  const [stream] = duplexPair();
  const channel = createChannel(stream, { lostCode: 'ENGINE_LOST' });
  return {
    pid,
    channel,
    exited: channel.closed.then(() => ({ code: null, signal: 'SIGKILL' })),
    kill: () => {
      channel.close();
    },
    stop: async () => {
      channel.close();
      await channel.closed;
    },
  };
}

interface Fixture {
  readonly pool: WarmPool;
  readonly children: ChildHandle[];
  readonly errors: unknown[];
}

function poolOf(options: Partial<WarmPoolOptions> = {}): Fixture {
  const children: ChildHandle[] = [];
  const errors: unknown[] = [];
  const pool = createWarmPool({
    spawn: async () => {
      await turn();
      const child = memoryChild(children.length + 1);
      children.push(child);
      return child;
    },
    spares: 1,
    sizeMax: 3,
    backOffMs: [1, 4],
    onSpawnError: (error) => errors.push(error),
    ...options,
  });
  pools.push(pool);
  return { pool, children, errors };
}

function failure(): Promise<never> {
  return Promise.reject(new PlatformError('ENGINE_UNAVAILABLE', 'The binary is missing.'));
}

describe('a warm pool', () => {
  test('keeps its spares ready before anybody asks, and beside what is leased', async () => {
    const { pool } = poolOf();
    await expect.poll(() => pool.state).toEqual({ ready: 1, leased: 0, starting: 0, waiting: 0 });
    await pool.lease();
    await expect.poll(() => pool.state).toEqual({ ready: 1, leased: 1, starting: 0, waiting: 0 });
  });

  test('hands a released child to the next caller', async () => {
    const { pool } = poolOf({ spares: 0, sizeMax: 1 });
    const first = await pool.lease();
    first.release();
    expect((await pool.lease()).child.pid).toBe(first.child.pid);
  });

  test('kills a discarded child and replaces it', async () => {
    const { pool } = poolOf({ sizeMax: 1 });
    const first = await pool.lease();
    first.discard();
    await first.child.exited;
    expect((await pool.lease()).child.pid).not.toBe(first.child.pid);
  });

  test('makes room for another lease when one does not count, and hands its child to nobody', async () => {
    const { pool } = poolOf({ spares: 0, sizeMax: 1, uncountedMax: 1 });
    const first = await pool.lease();
    expect(first.uncount()).toBe(true);
    const second = await pool.lease();
    expect(pool.state.leased).toBe(2);
    expect(second.uncount()).toBe(false);
    first.release();
    await first.child.exited;
    expect(pool.state.leased).toBe(1);
  });

  test('does not hand on a child that ended while it was leased', async () => {
    const { pool } = poolOf({ spares: 0, sizeMax: 1 });
    const first = await pool.lease();
    first.child.kill();
    await first.child.exited;
    first.release();
    expect((await pool.lease()).child.pid).not.toBe(first.child.pid);
  });

  test('replaces a spare that ended by itself', async () => {
    const { pool, children, errors } = poolOf();
    await expect.poll(() => pool.state.ready).toBe(1);
    children[0]?.kill();
    await expect.poll(() => children.length).toBe(2);
    await expect.poll(() => pool.state.ready).toBe(1);
    expect(errors).toHaveLength(1);
  });

  test('makes callers wait their turn when all children are out', async () => {
    const { pool } = poolOf({ sizeMax: 1 });
    const first = await pool.lease();
    const order: string[] = [];
    const second = pool.lease().then((lease) => {
      order.push('second');
      return lease;
    });
    const third = pool.lease().then(() => order.push('third'));
    expect(pool.state.waiting).toBe(2);
    first.release();
    (await second).release();
    await third;
    expect(order).toEqual(['second', 'third']);
  });

  test('lets a waiting caller leave', async () => {
    const { pool } = poolOf({ sizeMax: 1 });
    const first = await pool.lease();
    const controller = new AbortController();
    const reason = new PlatformError('RESOURCE_DEADLINE', 'Too late.');
    const waiting = pool.lease(controller.signal);
    controller.abort(reason);
    await expect(waiting).rejects.toBe(reason);
    await expect(pool.lease(controller.signal)).rejects.toBe(reason);
    first.release();
    expect(pool.state).toMatchObject({ ready: 1, leased: 0, waiting: 0 });
  });

  test('never holds more children than its size', async () => {
    const { pool, children } = poolOf({ spares: 2, sizeMax: 3 });
    const leases = await Promise.all([pool.lease(), pool.lease(), pool.lease()]);
    expect(children).toHaveLength(3);
    for (const lease of leases) lease.release();
    expect(pool.state).toEqual({ ready: 3, leased: 0, starting: 0, waiting: 0 });
  });
});

describe('a pool whose children fail to start', () => {
  test('tells those who wait after some tries', async () => {
    const { pool, errors } = poolOf({ spawn: failure });
    await expect(pool.lease()).rejects.toMatchObject({ code: 'ENGINE_UNAVAILABLE' });
    expect(errors.length).toBeGreaterThanOrEqual(3);
  });

  test('goes on trying, and serves again once one starts', async () => {
    let tries = 0;
    const { pool } = poolOf({ spawn: () => (++tries < 3 ? failure() : Promise.resolve(memoryChild(tries))) });
    // Two were asked for at once when trying began to work.
    expect([3, 4]).toContain((await pool.lease()).child.pid);
  });

  test('leases the child used last, whose caches are warm', async () => {
    const { pool } = poolOf({ spares: 2, sizeMax: 3 });
    const first = await pool.lease();
    const { pid } = first.child;
    first.release();
    const second = await pool.lease();
    expect(second.child.pid).toBe(pid);
    second.release();
  });
});

describe('a pool that ends', () => {
  test('drains: refuses new leases, waits for the running ones, then kills all', async () => {
    const { pool, children } = poolOf();
    const lease = await pool.lease();
    const drained = pool.drain(60_000);
    await expect(pool.lease()).rejects.toMatchObject({ code: 'INTERNAL_UNAVAILABLE' });
    lease.release();
    await drained;
    await Promise.all(children.map((child) => child.channel.closed));
  });

  test('kills what is still leased when the drain takes too long', async () => {
    const { pool } = poolOf();
    const lease = await pool.lease();
    await pool.drain(5);
    await lease.child.exited;
    lease.discard();
  });

  test('closes at once and tells those who wait', async () => {
    const { pool } = poolOf({ sizeMax: 1 });
    const lease = await pool.lease();
    const waiting = pool.lease();
    await Promise.all([pool.close(), expect(waiting).rejects.toMatchObject({ code: 'INTERNAL_UNAVAILABLE' })]);
    await lease.child.exited;
  });
});
