import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { PlatformError } from '../../../../spi/index.ts';
import type { StreamService } from '../../../../sql-gateway/stream/stream-service.ts';
import type { StreamStatus } from '../../../../sql-gateway/stream/stream-status.ts';
import { openStreamFixture, STREAM_COLUMNS, type StreamFixture } from '../../../support/stream-fixture.ts';

const WATERMARK = { 'trivium.watermark.column': 'n', 'trivium.watermark.delay-us': '5000000' };

let fixture: StreamFixture;
let world: StreamFixture['world'];
let engine: StreamFixture['engine'];
let service: StreamService;
const define = (text: string): Promise<string> => fixture.define(service, text);
const status = (): Promise<StreamStatus | undefined> => fixture.status(service);
const caughtUp = (): Promise<void> => fixture.caughtUp(service);

beforeEach(() => {
  fixture = openStreamFixture();
  ({ world, engine } = fixture);
  service = fixture.open();
});

afterEach(async () => {
  await service.close();
  fixture.close();
});

describe('a materialized view', () => {
  test('holds what was there, what comes and what is left when files go', async () => {
    const first = world.append('t', [['a', '1']]);
    expect(await define('CREATE MATERIALIZED VIEW v AS SELECT * FROM t')).toBe('created');
    await caughtUp();
    expect(world.rows('v')).toEqual([['a', '1']]);
    world.append('t', [
      ['b', '2'],
      ['b', '2'],
    ]);
    await caughtUp();
    expect(world.rows('v')).toEqual([
      ['a', '1'],
      ['b', '2'],
      ['b', '2'],
    ]);
    world.remove('t', [first]);
    await caughtUp();
    expect(world.rows('v')).toEqual([
      ['b', '2'],
      ['b', '2'],
    ]);
    expect(await status()).toMatchObject({ name: 'main.v', sources: ['main.t@3'], rowsRead: 4, error: null, query: 'SELECT * FROM t' });
  });

  test('over a table without rows has a checkpoint, and no lag', async () => {
    await define('CREATE MATERIALIZED VIEW v AS SELECT * FROM t');
    await caughtUp();
    expect(await status()).toMatchObject({ checkpoint: 1, sources: ['main.t@empty'], rowsRead: 0 });
  });

  test('adds final rows once, and replaces only the others', async () => {
    world.append('t', [
      ['final', '1'],
      ['a', '1'],
    ]);
    await define('CREATE MATERIALIZED VIEW v AS SELECT * FROM t');
    await caughtUp();
    world.append('t', [
      ['final', '2'],
      ['b', '1'],
    ]);
    await caughtUp();
    expect(world.rows('v')).toEqual([
      ['a', '1'],
      ['b', '1'],
      ['final', '1'],
      ['final', '2'],
    ]);
  });

  test('writes nothing to the result when nothing of it has changed', async () => {
    world.append('t', [['a', '1']]);
    await define('CREATE MATERIALIZED VIEW v AS SELECT * FROM t');
    await caughtUp();
    const before = world.snapshots('v');
    world.append('t', []);
    await caughtUp();
    expect(world.snapshots('v')).toBe(before);
    expect((await status())?.checkpoint).toBe(2);
  });

  test('keeps one file of its state, and none after it was dropped', async () => {
    world.append('t', [['a', '1']]);
    await define('CREATE MATERIALIZED VIEW v AS SELECT * FROM t');
    await caughtUp();
    world.append('t', [['b', '1']]);
    await caughtUp();
    const [folder = ''] = readdirSync(fixture.directory);
    // The earlier file goes once the checkpoint is there.
    await vi.waitFor(() => {
      expect(readdirSync(join(fixture.directory, folder))).toEqual([expect.stringMatching(/^2-\w+\.state$/)]);
    });
    await service.drop({ schema: 'main', name: 'v' }, { ifExists: false });
    expect(readdirSync(fixture.directory)).toEqual([]);
    expect(await service.list()).toEqual([]);
    expect(() => world.rows('v')).toThrow('there is no table');
  });

  test('may be replaced and kept, and what replaces it is checked first', async () => {
    await define('CREATE MATERIALIZED VIEW v AS SELECT * FROM t');
    await caughtUp();
    world.append('t', [['a', '1']]);
    expect(await define('CREATE MATERIALIZED VIEW IF NOT EXISTS v AS SELECT k FROM t')).toBe('kept');
    await expect(define('CREATE OR REPLACE MATERIALIZED VIEW v AS SELECT k || k AS kk FROM t')).rejects.toMatchObject({
      code: 'ENGINE_REFUSED',
    });
    expect(await define('CREATE OR REPLACE MATERIALIZED VIEW v AS SELECT k FROM t')).toBe('replaced');
    await caughtUp();
    expect(world.rows('v')).toEqual([['a']]);
    await expect(define('CREATE MATERIALIZED VIEW v AS SELECT k FROM t')).rejects.toMatchObject({ code: 'CATALOG_EXISTS' });
  });

  test('may read another one', async () => {
    await define('CREATE MATERIALIZED VIEW v AS SELECT * FROM t');
    await define('CREATE MATERIALIZED VIEW w AS SELECT k FROM v');
    const first = world.append('t', [
      ['a', '1'],
      ['b', '2'],
    ]);
    await vi.waitFor(() => {
      expect(world.rows('w')).toEqual([['a'], ['b']]);
    });
    world.remove('t', [first]);
    await vi.waitFor(() => {
      expect(world.rows('w')).toEqual([]);
    });
  });
});

describe('late rows', () => {
  test('are counted, and kept beside the view with the table of their one watermark', async () => {
    world.create('e', STREAM_COLUMNS, WATERMARK);
    await define('CREATE MATERIALIZED VIEW v AS SELECT * FROM e');
    const file = world.append('e', [
      ['a', '1'],
      ['late', '2'],
    ]);
    await caughtUp();
    expect(world.rows('v')).toHaveLength(1);
    expect(world.rows('v_late').map(([k, , change]) => [k, change])).toEqual([['late', '1']]);
    world.remove('e', [file]);
    await caughtUp();
    expect(world.rows('v_late').map(([k, , change]) => [k, change])).toEqual([
      ['late', '-1'],
      ['late', '1'],
    ]);
    expect(await status()).toMatchObject({ lateRows: 2, watermarkUs: '1000' });
  });

  test('do not exist where the query leaves the column of the watermark out', async () => {
    world.create('e', STREAM_COLUMNS, WATERMARK);
    await define('CREATE MATERIALIZED VIEW v AS SELECT k FROM e');
    await caughtUp();
    expect(() => world.rows('v_late')).toThrow('there is no table');
    expect(await status()).toMatchObject({ watermarkUs: null });
  });
});

describe('a stream', () => {
  beforeEach(async () => {
    world.append('t', [['a', '1']]);
    await define('CREATE MATERIALIZED VIEW v AS SELECT * FROM t');
    await caughtUp();
  });

  test('that is paused reads nothing, also after a restart, until it is resumed', async () => {
    await service.change({ schema: 'main', name: 'v' }, 'pause');
    world.append('t', [['b', '1']]);
    await service.close();
    service = fixture.open();
    await service.start();
    expect(await status()).toMatchObject({ state: 'paused', lag: 1 });
    await service.change({ schema: 'main', name: 'v' }, 'resume');
    await caughtUp();
    expect(world.rows('v')).toEqual([
      ['a', '1'],
      ['b', '1'],
    ]);
  });

  test('that is drained commits what it has read, and goes on from there', async () => {
    world.append('t', [['b', '1']]);
    service.nudge();
    await service.drain();
    service = fixture.open();
    await service.start();
    world.append('t', [['c', '1']]);
    await caughtUp();
    expect(world.rows('v')).toEqual([
      ['a', '1'],
      ['b', '1'],
      ['c', '1'],
    ]);
  });

  test.each(['push', 'checkpoint'] as const)('goes on from its checkpoint when the engine is lost in %s', async (call) => {
    engine.failNext(call, new PlatformError('ENGINE_LOST', 'the process ended'));
    world.append('t', [['b', '1']]);
    await vi.waitFor(() => {
      expect(world.rows('v')).toEqual([
        ['a', '1'],
        ['b', '1'],
      ]);
    });
    expect(engine.starts).toBe(2);
  });

  test('is given up when the engine is lost again and again', async () => {
    world.append('t', [['b', '1']]);
    await vi.waitFor(async () => {
      engine.failNext('push', new PlatformError('ENGINE_LOST', 'the process ended'));
      service.nudge();
      expect(await status()).toMatchObject({ state: 'failed', error: 'ENGINE_LOST: the process ended' });
    }, 5000);
    expect(engine.starts).toBe(5);
  });

  test.each(['before', 'after'] as const)('commits once when the commit fails %s it was done', async (when) => {
    world.failCommit(when, new PlatformError('STORAGE_OUTCOME_UNKNOWN', 'the answer was lost'));
    world.append('t', [
      ['final', '1'],
      ['b', '1'],
    ]);
    await vi.waitFor(() => {
      expect(world.rows('v')).toEqual([
        ['a', '1'],
        ['b', '1'],
        ['final', '1'],
      ]);
    });
    world.append('t', [['c', '1']]);
    await caughtUp();
    expect(world.rows('v')).toEqual([
      ['a', '1'],
      ['b', '1'],
      ['c', '1'],
      ['final', '1'],
    ]);
  });

  test('that fails by its rows stops with the reason, and is tried again by RESUME', async () => {
    engine.failNext('push', new PlatformError('SQL_OVERFLOW', 'the sum leaves its range'));
    world.append('t', [['b', '1']]);
    await vi.waitFor(async () => {
      expect(await status()).toMatchObject({ state: 'failed', error: 'SQL_OVERFLOW: the sum leaves its range' });
    });
    await service.close();
    service = fixture.open();
    await service.start();
    expect(await status()).toMatchObject({ state: 'failed', lag: 1 });
    await service.change({ schema: 'main', name: 'v' }, 'resume');
    await caughtUp();
    expect(world.rows('v')).toEqual([
      ['a', '1'],
      ['b', '1'],
    ]);
  });

  test.each([
    [
      'was dropped',
      () => {
        world.drop('t');
      },
    ],
    [
      'was made anew',
      () => {
        world.create('t', STREAM_COLUMNS);
      },
    ],
  ])('says what to do when its table %s', async (_what, change) => {
    change();
    await vi.waitFor(async () => {
      expect(await status()).toMatchObject({
        state: 'failed',
        lag: null,
        error: expect.stringContaining('STREAM_SOURCE_CHANGED') as string,
      });
    });
    await service.close();
    service = fixture.open();
    await service.change({ schema: 'main', name: 'v' }, 'resume');
    await vi.waitFor(async () => {
      expect(await status()).toMatchObject({ state: 'failed', error: expect.stringContaining('STREAM_SOURCE_CHANGED') as string });
    });
  });

  test('that commits while it is looked at has no lag that it had before', async () => {
    const { list } = world.streams;
    world.streams.list = async () => {
      world.append('t', [['c', '1']]);
      await vi.waitFor(() => {
        expect(world.rows('v')).toContainEqual(['c', '1']);
      });
      return list();
    };
    expect(await status()).toMatchObject({ lag: 0 });
  });

  test('ends when another process drops its view', async () => {
    await world.streams.drop({ schema: 'main', name: 'v' }, { ifExists: false });
    expect(await service.list()).toEqual([]);
    await service.drain();
  });

  test('run by two servers commits each row once', async () => {
    const other = fixture.open();
    await other.start();
    for (const name of ['b', 'c', 'd']) world.append('t', [[name, '1']]);
    world.append('t', [['final', '1']]);
    await vi.waitFor(() => {
      expect(world.rows('v')).toHaveLength(5);
    });
    await other.close();
    world.append('t', [['e', '1']]);
    await caughtUp();
    expect(world.rows('v')).toEqual([
      ['a', '1'],
      ['b', '1'],
      ['c', '1'],
      ['d', '1'],
      ['e', '1'],
      ['final', '1'],
    ]);
  });

  test('of no view, or of a table, is not paused', async () => {
    await expect(service.change({ schema: 'main', name: 'nothing' }, 'pause')).rejects.toMatchObject({ code: 'CATALOG_UNKNOWN_TABLE' });
    await expect(service.change({ schema: 'main', name: 't' }, 'resume')).rejects.toMatchObject({ code: 'CATALOG_NOT_A_TABLE' });
  });
});

describe('a query that no engine keeps', () => {
  test('is refused with the reason of the engine', async () => {
    await expect(define('CREATE MATERIALIZED VIEW v AS SELECT count(*) AS n FROM t')).rejects.toMatchObject({
      code: 'ENGINE_REFUSED',
      message: expect.stringContaining('keeping: a ') as string,
    });
    expect(await service.list()).toEqual([]);
  });

  test('is refused with what to configure when no engine keeps any', async () => {
    Object.assign(engine.capabilities, { statements: ['query'] });
    await expect(define('CREATE MATERIALIZED VIEW v AS SELECT * FROM t')).rejects.toMatchObject({ code: 'ENGINE_REFUSED' });
  });
});
