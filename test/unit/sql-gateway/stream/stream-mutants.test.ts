import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { PlatformError } from '../../../../spi/index.ts';
import * as product from '../../../../sql-gateway/stream/stream-service.ts';
import { importMutant, type Mutation } from '../../../mutant/import-mutant.ts';
import { openStreamFixture, type StreamFixture } from '../../../support/stream-fixture.ts';

type Module = typeof product;

let fixture: StreamFixture;
let service: product.StreamService;
beforeEach(() => {
  fixture = openStreamFixture();
});
afterEach(async () => {
  await service.close();
  fixture.close();
});

describe('the rows of a view over appends, removals and a lost commit', () => {
  /** Appends, takes away and loses the process in a commit; returns whether the view has the rows of its table in the end. */
  async function survives(mutation: Omit<Mutation, 'folder'> | null): Promise<boolean> {
    const module =
      mutation === null ? product : await importMutant<Module>('stream-service.ts', { folder: 'sql-gateway/stream', ...mutation });
    service = fixture.open(module);
    const first = fixture.world.append('t', [['a', '1']]);
    await fixture.define(service, 'CREATE MATERIALIZED VIEW v AS SELECT * FROM t');
    await fixture.caughtUp(service);
    fixture.world.failCommit('before', new PlatformError('STORAGE_UNAVAILABLE', 'the process was killed'));
    fixture.world.append('t', [
      ['final', '1'],
      ['b', '1'],
    ]);
    const settled = async (): Promise<void> => {
      await vi.waitFor(async () => {
        const { lag, state } = (await fixture.status(service)) ?? {};
        expect(lag === 0 || state === 'failed').toBe(true);
      }, 3000);
    };
    await settled();
    fixture.world.remove('t', [first]);
    await settled();
    return (
      JSON.stringify(fixture.world.rows('v')) ===
      JSON.stringify([
        ['b', '1'],
        ['final', '1'],
      ])
    );
  }

  test('are those of its table', async () => {
    expect(await survives(null)).toBe(true);
  });

  test.each([
    ['files that go are ignored', { file: 'stream-run.ts', from: '[removed, -1] as const, ', to: '' }],
    [
      'rows are committed before the position',
      {
        file: 'write-checkpoint.ts',
        from: 'await streams.commit(record.table, checkpoint, writes);',
        to: 'for (const write of writes) await write.transaction.commit(write.fragments, String(Math.random())); await streams.commit(record.table, checkpoint, []);',
      },
    ],
    ['open rows are added beside those of before', { file: 'write-checkpoint.ts', from: 'removes: replaced }', to: 'removes: [] }' }],
  ])('are others when %s (mutant)', async (_what, mutation) => {
    expect(await survives(mutation).catch(() => false)).toBe(false);
  });
});
