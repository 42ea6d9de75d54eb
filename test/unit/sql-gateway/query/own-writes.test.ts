import { beforeEach, describe, expect, it } from 'vitest';
import { checkSession } from '../../../../sql-gateway/http/parse-statement-request.ts';
import { awaitOwnWrites, rememberWrite } from '../../../../sql-gateway/query/own-writes.ts';
import type { RequestSession } from '../../../../sql-gateway/query/statement-request.ts';
import type { StreamService } from '../../../../sql-gateway/stream/stream-service.ts';
import type { StreamStatus } from '../../../../sql-gateway/stream/stream-status.ts';
import { answerCommit, answerDone } from '../../../../sql-gateway/query/answer-small.ts';
import { importMutant } from '../../../mutant/import-mutant.ts';
import { bindText, catalogOf } from '../../../support/bind-text.ts';
import type { MemoryCatalog } from '../../../support/memory-catalog.ts';

const name = (table: string) => ({ schema: 'main', name: table });
const SESSION: RequestSession = { ...checkSession(null), readYourWrites: 'on' };

let catalog: MemoryCatalog;
let state: StreamStatus['state'];

beforeEach(async () => {
  state = 'running';
  catalog = await catalogOf(['CREATE TABLE t (id BIGINT)', 'CREATE TABLE u (id BIGINT)']);
  for (const view of ['v', 'vv']) {
    const columns = [{ name: 'id', type: { kind: 'bigint' }, nullable: true }] as const;
    const properties = { 'trivium.materialized-view': 'true' };
    catalog.createTable({ name: name(view), columns, partitioning: [], properties, comment: null }, null);
  }
  for (const id of ['1', '2', '3']) catalog.addSnapshot(name('t'), id);
  checkpoint('v', '11', 'main.t@1');
  checkpoint('vv', '21', 'main.v@11');
});

function checkpoint(view: string, snapshotId: string, offsets: string): void {
  catalog.addSnapshot(name(view), snapshotId, { summary: { 'trivium.offsets': offsets } });
}

const streams = { list: () => Promise.resolve(['v', 'vv'].map((view) => ({ name: `main.${view}`, state }))) } as unknown as StreamService;

async function read(text: string, session: Partial<RequestSession>, wait: typeof awaitOwnWrites = awaitOwnWrites): Promise<boolean> {
  const statement = await bindText(text, catalog);
  const limits = { signal: new AbortController().signal, deadlineAtMs: Date.now() + 3_000 };
  return wait(statement, { ...SESSION, ...session }, { catalog, streams }, limits);
}

describe('a session that reads its own writes', () => {
  it('remembers the last write to each table', () => {
    const outcome = (table: string, snapshotId: string) =>
      answerCommit({ table: { ...name(table), uuid: table }, snapshotId, rows: 1, repeated: false }, null);
    const first = rememberWrite(outcome('t', '1'), SESSION);
    expect(first.sessionChange).toEqual({ name: 'readAfter', value: 'main.t@1' });
    const readAfter = 'main.t@1, main.u@5';
    expect(rememberWrite(outcome('T', '2'), { ...SESSION, readAfter }).sessionChange?.value).toBe('main.u@5, main.T@2');
    expect(rememberWrite(outcome('t', '1'), { ...SESSION, readYourWrites: null }).sessionChange).toBeNull();
    expect(rememberWrite(answerDone('done'), SESSION).sessionChange).toBeNull();
  });

  it('does not wait for views that hold the write, for tables, or under a pin', async () => {
    expect(await read('SELECT * FROM v', { readAfter: 'main.t@1' })).toBe(false);
    expect(await read('SELECT * FROM v', { readAfter: 'main.u@1' })).toBe(false);
    expect(await read('SELECT * FROM t', { readAfter: 'main.t@3' })).toBe(false);
    expect(await read('SELECT * FROM v', { readAfter: 'main.t@3', snapshot: 'main.t@1' })).toBe(false);
    expect(await read('SELECT * FROM v', { readAfter: 'main.t@3', readYourWrites: 'off' })).toBe(false);
    expect(await read('SELECT * FROM v', { readAfter: 'main.t@77' })).toBe(false);
  });

  it('waits until the view, and views below it, were made of the write or of what came after it', async () => {
    const waiting = read('INSERT INTO u SELECT * FROM vv', { readAfter: 'main.t@2' });
    setTimeout(() => {
      checkpoint('v', '12', 'main.t@3');
    }, 50);
    setTimeout(() => {
      checkpoint('vv', '22', 'main.v@12');
    }, 150);
    expect(await waiting).toBe(true);
    expect(await catalog.resolve(name('vv'))).toMatchObject({ snapshotId: '22' });
  });

  it('is told that the view is behind, when it is paused or when the time is over', async () => {
    await expect(read('EXPLAIN SELECT * FROM v', { readAfter: 'main.t@3' })).rejects.toMatchObject({
      code: 'STREAM_BEHIND',
      retryable: true,
      details: { view: 'main.v', missing: 'main.t@3' },
    });
    state = 'paused';
    await expect(read('SELECT * FROM v', { readAfter: 'main.t@3' })).rejects.toMatchObject({
      code: 'STREAM_BEHIND',
      message: expect.stringContaining('paused') as string,
    });
  });

  it('would be seen to read too early if the order of snapshots did not count', async () => {
    const mutant = await importMutant<{ awaitOwnWrites: typeof awaitOwnWrites }>('query/own-writes.ts', {
      folder: 'sql-gateway',
      file: 'query/own-writes.ts',
      from: 'return written > (',
      to: 'return written > 99 + (',
    });
    expect(await read('SELECT * FROM v', { readAfter: 'main.t@3' }, mutant.awaitOwnWrites)).toBe(false);
  });
});
