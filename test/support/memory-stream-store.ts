import {
  type CommitResult,
  type NewStream,
  PlatformError,
  type RelationName,
  type StreamCheckpoint,
  type StreamRecord,
  type StreamStore,
  type StreamWrite,
  type TableRef,
} from '../../spi/index.ts';

/** What a store in memory leaves to whoever keeps the tables. */
export interface StreamTables {
  /** Makes the tables of a stream. */
  create(stream: NewStream): { readonly table: TableRef; readonly lateTable: TableRef | null };
  drop(record: StreamRecord): void;
  /** Makes staged rows part of their tables. */
  apply(write: StreamWrite): CommitResult;
}

const NO_TABLES: StreamTables = {
  create: ({ result, late }) => ({
    table: { ...result.name, uuid: `uuid-${result.name.name}` },
    lateTable: late === null ? null : { ...late.name, uuid: `uuid-${late.name.name}` },
  }),
  drop: () => undefined,
  apply: ({ transaction }) => ({ table: { schema: '', name: '', uuid: transaction.token }, snapshotId: '1', rows: 0, repeated: false }),
};

/** Creates a store of streams in memory; what it is told of is all or nothing, as in the stored one. */
export function createMemoryStreamStore(tables: StreamTables = NO_TABLES): StreamStore {
  const records = new Map<string, StreamRecord>();
  const keyOf = ({ schema, name }: RelationName): string => `${schema}.${name}`.toLowerCase();
  const known = (table: RelationName): StreamRecord => {
    const record = records.get(keyOf(table));
    if (record !== undefined) return record;
    throw new PlatformError('CATALOG_UNKNOWN_TABLE', `there is no stream ${keyOf(table)}`);
  };
  const later = <Result>(work: () => Result): Promise<Result> => Promise.resolve().then(work);
  const commit = (table: TableRef, checkpoint: StreamCheckpoint, writes: readonly StreamWrite[]): readonly CommitResult[] => {
    const record = records.get(keyOf(table));
    if (record?.table.uuid !== table.uuid || (record.checkpoint?.sequence ?? 0) + 1 !== checkpoint.sequence) {
      throw new PlatformError('STORAGE_CONFLICT', 'another checkpoint was committed');
    }
    records.set(keyOf(table), { ...record, checkpoint });
    return writes.map((write) => tables.apply(write));
  };
  return {
    list: () => later(() => [...records.values()]),
    find: (name) => later(() => records.get(keyOf(name)) ?? null),
    create: (stream) =>
      later(() => {
        const { result, sql, defaultSchema, timeZone, fingerprint } = stream;
        if (records.has(keyOf(result.name))) throw new PlatformError('CATALOG_EXISTS', `${result.name.name} exists`);
        const record: StreamRecord = {
          ...{ sql, defaultSchema, timeZone, fingerprint },
          ...tables.create(stream),
          paused: false,
          failure: null,
          checkpoint: null,
          createdAtMs: 0,
        };
        records.set(keyOf(result.name), record);
        return record;
      }),
    change: (table, change) => later(() => void records.set(keyOf(table), { ...known(table), ...change })),
    drop: (name, { ifExists }) =>
      later(() => {
        if (ifExists && !records.has(keyOf(name))) return;
        tables.drop(known(name));
        records.delete(keyOf(name));
      }),
    commit: (table, checkpoint, writes) => later(() => commit(table, checkpoint, writes)),
  };
}
