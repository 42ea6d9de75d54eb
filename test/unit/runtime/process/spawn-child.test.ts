import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { getPriority } from 'node:os';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, test } from 'vitest';
import { type ChildHandle, type ChildOptions, spawnChild } from '../../../../runtime/process/index.ts';
import { assert } from '../../../../spi/index.ts';
import { importMutant } from '../../../mutant/import-mutant.ts';

const children: ChildHandle[] = [];

afterEach(async () => {
  for (const child of children.splice(0)) {
    child.kill();
    await child.exited;
  }
});

async function start(options: Partial<ChildOptions> = {}, spawner: typeof spawnChild = spawnChild): Promise<ChildHandle> {
  const child = await spawner({
    entry: new URL('./fixture/echo-child.ts', import.meta.url),
    name: 'trivium-echo',
    lostCode: 'ENGINE_LOST',
    onLog: () => undefined,
    ...options,
  });
  children.push(child);
  return child;
}

function codeOf(promise: Promise<unknown>): Promise<unknown> {
  return promise.then(
    () => 'no error',
    (error: unknown) => (error as { code?: unknown }).code,
  );
}

function isRunning(pid: number): boolean {
  // A zombie that nobody reaps has ended, though signals still find it.
  if (existsSync(`/proc/${pid}/stat`)) return !/\) Z/.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  if (process.platform === 'linux') return false;
  return execFileSync('ps', ['-o', 'pid=', '-p', String(pid)]).length > 0;
}

async function untilGone(pid: number): Promise<void> {
  while (isRunning(pid)) await sleep(10);
}

describe('a child', () => {
  test('stands behind others from its first moment on where it is to, and not elsewhere', async () => {
    const [low, other] = await Promise.all([start({ lowPriority: true }), start()]);
    expect(await low.channel.call('firstPriority', null)).toBe(10);
    expect(await other.channel.call('firstPriority', null)).toBe(getPriority());
  });

  test('answers calls and streams frames', async () => {
    const child = await start({ args: ['--some', 'argument'] });
    expect(await child.channel.call('echo', { text: 'häßlich', list: [1, null] })).toEqual({ text: 'häßlich', list: [1, null] });
    expect(await child.channel.call('arguments', null)).toEqual(['--some', 'argument']);
    const exchange = child.channel.open('stream', { frames: 40, bytes: 1_000_000 });
    let bytes = 0;
    for await (const frame of exchange.frames) bytes += frame.byteLength;
    expect(bytes).toBe(40_000_000);
    expect(await exchange.header).toEqual({ frames: 40 });
  });

  test('sees nothing of the environment but what it is given', async () => {
    process.env['TRIVIUM_TEST_SECRET'] = 'secret';
    const child = await start({ env: { GIVEN: 'yes' }, threadPoolSize: 9 });
    delete process.env['TRIVIUM_TEST_SECRET'];
    const environment = (await child.channel.call('environment', null)) as Record<string, string>;
    expect(environment).toMatchObject({ GIVEN: 'yes', UV_THREADPOOL_SIZE: '9', PATH: process.env['PATH'] });
    const allowed = ['PATH', 'HOME', 'TMPDIR', 'UV_THREADPOOL_SIZE', 'GIVEN', '__CF_USER_TEXT_ENCODING'];
    expect(Object.keys(environment).filter((name) => !allowed.includes(name))).toEqual([]);
  });

  test('hands its output on line by line', async () => {
    const lines: string[] = [];
    const child = await start({ onLog: (line) => lines.push(line) });
    await child.channel.call('say', 'one\ntwo');
    await child.stop(5000);
    await expect.poll(() => lines).toEqual(['one', 'two']);
  });

  test('ends by itself when it is stopped, and is killed when it does not', async () => {
    const willing = await start();
    await willing.stop(10_000);
    expect(await willing.exited).toEqual({ code: 0, signal: null });
    const busy = await start();
    void busy.channel.call('spin', null).catch(() => undefined);
    await busy.stop(50);
    expect(await busy.exited).toEqual({ code: null, signal: 'SIGKILL' });
  });

  test('takes what it started with it', async () => {
    const child = await start();
    const sleeper = Number(await child.channel.call('spawnSleeper', null));
    expect(isRunning(sleeper)).toBe(true);
    child.kill();
    await child.exited;
    await untilGone(sleeper);
  });
});

describe('a child that does not get ready', () => {
  test('fails the start with the error of its setup', async () => {
    expect(await codeOf(start({ args: ['--fail-setup'] }))).toBe('CONFIG_INVALID');
  });

  test('fails the start when it ends first', async () => {
    expect(await codeOf(start({ args: ['--exit-early'] }))).toBe('ENGINE_LOST');
  });

  test('fails the start when its module is missing', async () => {
    expect(await codeOf(start({ entry: new URL('./fixture/missing.ts', import.meta.url) }))).toBe('ENGINE_LOST');
  });

  test('fails the start when it stays silent for too long', async () => {
    expect(await codeOf(start({ readyTimeoutMs: 1 }))).toBe('ENGINE_LOST');
  });
});

describe('a killed child', () => {
  /** Returns how a call and a stream of frames end when their process is killed under them. */
  async function outcomes(
    spawner: typeof spawnChild,
  ): Promise<{ call: unknown; frames: unknown; laterCall: unknown; seenFrames: boolean }> {
    const child = await start({}, spawner);
    const call = codeOf(child.channel.call('waitForever', null));
    let frames = 0;
    const stream = codeOf(
      (async () => {
        for await (const frame of child.channel.open('streamForever', null).frames) frames += frame.byteLength;
      })(),
    );
    await expect.poll(() => frames).toBeGreaterThan(10_000);
    process.kill(child.pid, 'SIGKILL');
    await child.exited;
    return { call: await call, frames: await stream, laterCall: await codeOf(child.channel.call('echo', 1)), seenFrames: frames > 0 };
  }

  test('fails its calls and streams with the lost code, and no stream ends as if it were complete', async () => {
    expect(await outcomes(spawnChild)).toEqual({ call: 'ENGINE_LOST', frames: 'ENGINE_LOST', laterCall: 'ENGINE_LOST', seenFrames: true });
  });

  test('would end a stream as if it were complete if a lost channel ended its queues (mutant)', async () => {
    const mutant = await importMutant<{ spawnChild: typeof spawnChild }>('index.ts', {
      folder: 'runtime/process',
      file: 'frame-queue.ts',
      from: '    this.#outcome = error;\n    this.#settle()?.reject(error);',
      to: '    assert(error.code, "mutant");\n    this.#outcome = "ended";\n    this.#settle()?.resolve(DONE);',
    });
    expect(await outcomes(mutant.spawnChild)).toMatchObject({ call: 'ENGINE_LOST', frames: 'no error' });
  });
});

describe('a child whose parent is killed', () => {
  async function orphan(...args: string[]): Promise<number> {
    const script = new URL('./fixture/parent.ts', import.meta.url).pathname;
    const parent = spawn(process.execPath, ['--import', 'tsx', script, ...args], { stdio: ['ignore', 'pipe', 'inherit'] });
    const [line] = (await once(createInterface({ input: parent.stdout }), 'line')) as [string];
    const pid = Number(line);
    assert(isRunning(pid), 'the child runs before its parent is killed');
    parent.kill('SIGKILL');
    return pid;
  }

  test('ends', async () => {
    await untilGone(await orphan());
  });

  test.runIf(process.platform === 'linux')('ends even while it is busy', async () => {
    await untilGone(await orphan('--busy'));
  });
});

describe.runIf(process.platform === 'linux')('a memory limit', () => {
  test('makes a too large allocation fail without harm to the parent', async () => {
    const child = await start({ memoryBytesMax: 512 * 2 ** 20 });
    expect(await codeOf(child.channel.call('allocate', 2 ** 30))).toBe('RESOURCE_MEMORY');
    expect(await child.channel.call('allocate', 2 ** 20)).toBe(2 ** 20);
  });
});
