import { randomUUID } from 'node:crypto';
import type { Catalog, CommitResult, TableSink, TransactionStore } from '../../spi/index.ts';
import { createMemoryTableSink } from './memory-table-sink.ts';

/** Transactions over a sink in memory: what they take is handed to it when they commit. They read the catalog as it is. */
export function createMemoryTransactionStore(catalog: Catalog, sink: TableSink): TransactionStore {
  const committed = new Map<string, readonly CommitResult[]>();
  return {
    committed: (id) => Promise.resolve(committed.get(id)?.map((result) => ({ ...result, repeated: true })) ?? null),
    begin: () => {
      const id = randomUUID();
      const own = createMemoryTableSink();
      return {
        id,
        catalog,
        sink: own,
        commit: async () => {
          const results: CommitResult[] = [];
          for (const { table, rows, key } of own.commits) {
            const write = await sink.begin({ kind: 'append', table });
            const files = [{ uri: 'file:///memory', rows, bytes: 0, partition: [], columns: [] }];
            results.push(await write.commit([{ task: 'transaction', attempt: 1, files }], `${id}-${key}`));
          }
          committed.set(id, results);
          return results;
        },
        abort: () => Promise.resolve(),
      };
    },
  };
}
