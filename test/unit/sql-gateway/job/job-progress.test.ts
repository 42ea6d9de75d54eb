import { describe, expect, it } from 'vitest';
import type { PlatformErrorJson } from '../../../../spi/index.ts';
import { applyEntry, hasEnded, NO_PROGRESS, replayJournal } from '../../../../sql-gateway/job/job-progress.ts';
import type { JournalEntry, JournalFact } from '../../../../sql-gateway/job/journal-entry.ts';

const bound = (statement: number): JournalFact => ({
  kind: 'bound',
  statement,
  bound: { kind: 'create_schema', schema: 's', ifExists: 'keep' },
  before: null,
});
const staging = (statement: number): JournalFact => ({ kind: 'staging', statement, engine: 'olap', token: `t${String(statement)}` });
const committed = (statement: number): JournalFact => ({
  kind: 'committed',
  statement,
  result: { engine: 'olap', rows: 10, table: null, snapshotId: '7', sessionChange: null },
});
const ERROR: PlatformErrorJson = { code: 'SQL_SYNTAX', message: 'no' };

const replay = (...facts: readonly JournalFact[]) => replayJournal(facts.map((fact, index): JournalEntry => ({ ...fact, atMs: index })));

describe('replaying a journal', () => {
  it('finds a job that was only submitted queued', () => {
    expect(replay({ kind: 'submitted' })).toEqual(NO_PROGRESS);
  });

  it('finds the statement that was under way, with the write that was begun last', () => {
    const progress = replay({ kind: 'submitted' }, bound(1), committed(1), bound(2), staging(2), {
      ...staging(2),
      token: 'again',
    } as JournalFact);
    expect(progress).toMatchObject({ state: 'running', startedAtMs: 1 });
    expect([...progress.open]).toMatchObject([[2, { statement: 2, begun: { token: 'again' }, startedAtMs: 3 }]]);
    expect([...progress.committed.keys()]).toEqual([1]);
  });

  it('forgets the write of a statement that was bound again, and keeps its start', () => {
    const { open } = replay(bound(1), staging(1), bound(1));
    expect(open.get(1)).toMatchObject({ begun: null, startedAtMs: 0 });
  });

  it('finds a commit that was noted, and nothing open after it', () => {
    const { open, committed: done } = replay(bound(1), staging(1), committed(1));
    expect(open.size).toBe(0);
    const result = { engine: 'olap', rows: 10, table: null, snapshotId: '7', sessionChange: null, startedAtMs: 0, endedAtMs: 2 };
    expect([...done]).toEqual([[1, result]]);
  });

  it('finds all statements that were under way at the same time, each with its own write', () => {
    const { open, committed: done } = replay(bound(1), bound(3), staging(3), bound(2), staging(1), committed(2));
    expect([...open].map(([statement, { begun }]) => [statement, begun?.token])).toEqual([
      [1, 't1'],
      [3, 't3'],
    ]);
    expect([...done.keys()]).toEqual([2]);
  });

  it('finds a job paused until it was resumed, or was to end, or ended', () => {
    expect(replay({ kind: 'submitted' }, { kind: 'paused' })).toMatchObject({ state: 'paused', waitsSinceMs: null });
    expect(replay(bound(1), { kind: 'paused' }, committed(1), bound(2)).state).toBe('paused');
    expect(replay(bound(1), { kind: 'paused' }, { kind: 'resumed' })).toMatchObject({ state: 'queued', waitsSinceMs: 2, startedAtMs: 0 });
    expect(replay({ kind: 'paused' }, { kind: 'resumed' }, bound(1)).state).toBe('running');
    expect(replay({ kind: 'paused' }, { kind: 'cancelling' }, { kind: 'resumed' }).state).toBe('cancelling');
    expect(replay({ kind: 'cancelling' }, { kind: 'paused' }).state).toBe('cancelling');
    expect(replay(bound(1), { kind: 'paused' }, { kind: 'finished' }, { kind: 'paused' }).state).toBe('finished');
  });

  it('lets a job go on that ended, with what was committed and nothing open', () => {
    const ended = [bound(1), committed(1), bound(2), { kind: 'failed', statement: 2, error: ERROR }] as const;
    const progress = replay(...ended, { kind: 'retried' });
    expect(progress).toMatchObject({ state: 'queued', failure: null, startedAtMs: null, endedAtMs: null });
    expect([[...progress.committed.keys()], progress.open.size]).toEqual([[1], 0]);
    expect(replay(...ended, { kind: 'retried' }, bound(2), committed(2), { kind: 'finished' }).state).toBe('finished');
    expect(replay(bound(1), { kind: 'retried' })).toEqual(replay(bound(1)));
  });

  it('finds which statement failed and on what engine', () => {
    const progress = replay(bound(1), committed(1), bound(2), staging(2), { kind: 'failed', statement: 2, error: ERROR });
    expect(progress.open.size).toBe(0);
    expect(progress).toMatchObject({ state: 'failed', failure: { statement: 2, error: ERROR, engine: 'olap' } });
  });

  it('keeps the wish to cancel until the job has ended', () => {
    expect(replay(bound(1), { kind: 'cancelling' }, staging(1)).state).toBe('cancelling');
    expect(replay(bound(1), { kind: 'cancelling' }, { kind: 'cancelled' }).state).toBe('cancelled');
    expect(replay({ kind: 'cancelling' }, bound(1)).state).toBe('cancelling');
  });

  it('lets nothing count after the end', () => {
    for (const end of [{ kind: 'finished' }, { kind: 'cancelled' }, { kind: 'failed', statement: 1, error: ERROR }] as const) {
      const ended = replay(bound(1), end);
      expect(hasEnded(ended)).toBe(true);
      for (const late of [{ kind: 'cancelling' }, bound(2), committed(1), { kind: 'cancelled' }] as const) {
        expect(applyEntry(ended, { ...late, atMs: 99 })).toBe(ended);
      }
    }
  });
});
