import { describe, expect, it } from 'vitest';
import { PlatformError } from '../../../../spi/index.ts';
import { createQueryId } from '../../../../sql-gateway/query/create-query-id.ts';
import { createQueryRegistry, formatSnapshots, type QueryInfo } from '../../../../sql-gateway/query/query-registry.ts';

const ended: QueryInfo[] = [];
const create = (historyMax = 10) => createQueryRegistry({ historyMax, onEnd: (info) => ended.push(info) });

describe('the registry of statements', () => {
  it('makes ids that sort by time', () => {
    const ids = [5, 1, 3].map((atMs) => createQueryId(1_700_000_000_000 + atMs));
    expect([...ids].sort()).toEqual([ids[1], ids[2], ids[0]]);
    expect(ids[0]).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  });

  it('shows each user the own statements only', () => {
    const registry = create();
    const record = registry.open('ada', 'SELECT 1');
    expect(registry.list('ada').map((info) => info.queryId)).toEqual([record.id]);
    expect(registry.list('bob')).toEqual([]);
    expect(registry.find('bob', record.id)).toBeNull();
  });

  it('goes from queued over running to the end that it had', () => {
    const registry = create();
    const ends: readonly [PlatformError | null, string][] = [
      [null, 'finished'],
      [new PlatformError('ENGINE_CANCELLED', 'x'), 'cancelled'],
      [new PlatformError('SQL_SYNTAX', 'x'), 'failed'],
    ];
    for (const [error, state] of ends) {
      const record = registry.open('ada', 'SELECT 1');
      expect(record.info.state).toBe('queued');
      record.start();
      expect(record.info.state).toBe('running');
      record.end(error);
      expect(record.info).toMatchObject({ state, errorCode: error?.code ?? null });
    }
    expect(registry.running).toBe(0);
  });

  it('keeps the first end of a statement', () => {
    const record = create().open('ada', 'SELECT 1');
    record.end(null);
    record.end(new PlatformError('ENGINE_LOST', 'x'));
    expect(record.info.state).toBe('finished');
  });

  it('forgets the oldest ended statement beyond its limit, and never a running one', () => {
    const registry = create(2);
    const running = registry.open('ada', 'running');
    const others = ['a', 'b', 'c'].map((sql) => registry.open('ada', sql));
    for (const record of others) record.end(null);
    expect(
      registry
        .list('ada')
        .map((info) => info.sql)
        .sort(),
    ).toEqual(['b', 'c', 'running']);
    expect(registry.find('ada', running.id)).not.toBeNull();
  });

  it('shortens long texts', () => {
    expect(create().open('ada', 'x'.repeat(5000)).info.sql).toHaveLength(1001);
  });

  it('tells when nothing runs any more', async () => {
    const registry = create();
    const record = registry.open('ada', 'SELECT 1');
    const idle = registry.idle(60_000);
    record.end(null);
    await idle;
    await registry.idle(60_000);
  });

  it('names snapshots once each', () => {
    const table = { schema: 'main', name: 't', uuid: 'u' };
    const pins = [
      { table, snapshotId: '7' },
      { table, snapshotId: '7' },
      { table: { ...table, name: 'e' }, snapshotId: null },
    ];
    expect(formatSnapshots(pins)).toEqual(['main.t@7', 'main.e@empty']);
  });
});
