import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type Catalog, PlatformError } from '../../../../spi/index.ts';
import { createSessionTransactions, type SessionTransactions } from '../../../../sql-gateway/transaction/session-transactions.ts';
import { createMemoryTableSink } from '../../../support/memory-table-sink.ts';
import { createMemoryTransactionStore } from '../../../support/memory-transaction-store.ts';
import { createSilentLog } from '../../../support/silent-log.ts';

const IDLE_MS = 60_000;
const TABLE = { schema: 'main', name: 't', uuid: 'uuid-t' };

let sink: ReturnType<typeof createMemoryTableSink>;
let transactions: SessionTransactions;

const create = (): SessionTransactions =>
  createSessionTransactions(createMemoryTransactionStore({} as Catalog, sink), { countMax: 2, idleMs: IDLE_MS }, createSilentLog());

const insert = (id: string, key = 'key') =>
  transactions.use('ada', id, async (transaction) => (await transaction.sink.begin({ kind: 'append', table: TABLE })).commit([], key));

const codeOf = (run: Promise<unknown>): Promise<unknown> => run.then(String, (error: unknown) => (error as PlatformError).code);

beforeEach(() => {
  vi.useFakeTimers();
  sink = createMemoryTableSink();
  transactions = create();
});

afterEach(async () => {
  await transactions.close();
  vi.useRealTimers();
});

describe('the transactions of sessions', () => {
  it('commit what was written, and tell it again when COMMIT is repeated', async () => {
    const id = transactions.begin('ada');
    await insert(id);
    expect(sink.commits).toEqual([]);
    expect(await transactions.commit('ada', id)).toMatchObject([{ table: TABLE, repeated: false }]);
    expect(await transactions.commit('ada', id)).toMatchObject([{ table: TABLE, repeated: true }]);
    expect(sink.commits.length).toBe(1);
  });

  it('are rolled back when nothing was sent for a time, and say so', async () => {
    const id = transactions.begin('ada');
    await vi.advanceTimersByTimeAsync(IDLE_MS - 1);
    await insert(id);
    await vi.advanceTimersByTimeAsync(IDLE_MS - 1);
    expect(transactions.open).toBe(1);
    await vi.advanceTimersByTimeAsync(1);
    expect(transactions.open).toBe(0);
    await expect(transactions.commit('ada', id)).rejects.toThrow('after 60 seconds without a statement');
    expect(sink.commits).toEqual([]);
  });

  it('are not idle while a statement runs', async () => {
    const id = transactions.begin('ada');
    let end: () => void = () => undefined;
    const running = transactions.use('ada', id, () => new Promise<void>((resolve) => (end = resolve)));
    await vi.advanceTimersByTimeAsync(3 * IDLE_MS);
    expect(await codeOf(insert(id))).toBe('TRANSACTION_BUSY');
    expect(await codeOf(transactions.rollback('ada', id))).toBe('TRANSACTION_BUSY');
    end();
    await running;
    await insert(id);
    await transactions.rollback('ada', id);
  });

  it('take nothing but ROLLBACK after a statement that failed, and COMMIT rolls back', async () => {
    for (const end of ['rollback', 'commit'] as const) {
      const id = transactions.begin('ada');
      await insert(id);
      const failure = () => Promise.reject(new PlatformError('SQL_DIVISION_BY_ZERO', 'a number is divided by zero'));
      expect(await codeOf(transactions.use('ada', id, failure))).toBe('SQL_DIVISION_BY_ZERO');
      expect(await codeOf(insert(id))).toBe('TRANSACTION_FAILED');
      expect(await codeOf(transactions[end]('ada', id))).toBe(end === 'commit' ? 'TRANSACTION_FAILED' : 'undefined');
      expect(await codeOf(insert(id))).toBe('TRANSACTION_UNKNOWN');
    }
    expect(sink.commits).toEqual([]);
  });

  it('are limited in number', async () => {
    const first = transactions.begin('ada');
    transactions.begin('bob');
    expect(() => transactions.begin('ada')).toThrow(PlatformError);
    await transactions.rollback('ada', first);
    transactions.begin('ada');
  });

  it('belong to the user who began them', async () => {
    const id = transactions.begin('bob');
    expect(await codeOf(insert(id))).toBe('TRANSACTION_UNKNOWN');
    expect(await codeOf(transactions.commit('ada', id))).toBe('TRANSACTION_UNKNOWN');
    expect(await codeOf(transactions.rollback('ada', id))).toBe('TRANSACTION_UNKNOWN');
    expect(transactions.open).toBe(1);
  });

  it.each([
    ['STORAGE_OUTCOME_UNKNOWN', 1],
    ['STORAGE_CONFLICT', 0],
    ['STORAGE_CORRUPT', 0],
  ] as const)('after a COMMIT that failed with %s, %i of them is open', async (code, open) => {
    const id = transactions.begin('ada');
    await insert(id);
    await transactions.use('ada', id, (transaction) => {
      const commit = vi.spyOn(transaction, 'commit');
      commit.mockRejectedValueOnce(new PlatformError(code, 'the commit failed'));
      return Promise.resolve();
    });
    expect(await codeOf(transactions.commit('ada', id))).toBe(code);
    expect(transactions.open).toBe(open);
    if (open === 1) expect(await transactions.commit('ada', id)).toMatchObject([{ repeated: false }]);
  });
});
