import { describe, expect, it } from 'vitest';
import type { ParquetSplit, ScanNode, SnapshotEntry, TableSource } from '../../../../spi/index.ts';
import { readChanges, rewritesBetween } from '../../../../sql-gateway/stream/read-changes.ts';
import { readPosition } from '../../../../sql-gateway/stream/scan-position.ts';

const entry = (snapshotId: string, parentId: string | null, operation = 'append'): SnapshotEntry => ({
  snapshotId,
  parentId,
  operation,
  sequenceNumber: Number(snapshotId),
  committedAtMs: Number(snapshotId),
  summary: {},
});

const HISTORY = [entry('1', null), entry('2', '1'), entry('3', '2', 'replace'), entry('4', '3')];

/** Files by snapshot: the third holds the rows of `a` and `b` in one file. */
const FILES: Readonly<Record<string, readonly string[]>> = { 1: ['a'], 2: ['a', 'b'], 3: ['ab'], 4: ['ab', 'c'] };

const SCAN = {
  kind: 'scan',
  table: { schema: 'main', name: 't', uuid: 'u' },
  snapshotId: null,
  schemaId: 0,
  columns: [],
  filter: null,
} as ScanNode;

const split = (uri: string): ParquetSplit => ({ kind: 'parquet', uri, rows: 1, bytes: 1, matchesSchema: true, partition: {}, deletes: [] });

const tables = {
  plan: ({ snapshotId }) =>
    Promise.resolve({
      splits: (FILES[snapshotId ?? ''] ?? []).map(split),
      residual: null,
      rows: 0,
      bytes: 0,
      filesTotal: 0,
      filesSkipped: 0,
    }),
} as Partial<TableSource> as TableSource;

async function read(from: string, to: string, history: readonly SnapshotEntry[] = HISTORY) {
  const position = await readPosition(tables, SCAN, from);
  const { changes, next } = await readChanges(tables, { history: () => Promise.resolve(history) }, position, to);
  const names = (splits: readonly ParquetSplit[]): readonly string[] => splits.map(({ uri }) => uri);
  return {
    removed: changes.flatMap(({ removed }) => names(removed)),
    added: changes.flatMap(({ added }) => names(added)),
    at: next.snapshotId,
  };
}

describe('what a stream reads from snapshot to snapshot', () => {
  it('are the files that came, and not those into which rows were only moved', async () => {
    expect(await read('1', '4')).toEqual({ removed: [], added: ['b', 'c'], at: '4' });
    expect(await read('2', '3')).toEqual({ removed: [], added: [], at: '3' });
  });

  it('are all files that differ where the way between the snapshots is not known', async () => {
    const forgotten = [entry('1', null), entry('4', '3')];
    expect(await read('1', '4', forgotten)).toEqual({ removed: ['a'], added: ['ab', 'c'], at: '4' });
    expect(rewritesBetween(HISTORY, '4', '2')).toEqual([]);
  });
});
