import { encodeSmallTable, readRows } from '../../runtime/arrow/index.ts';
import {
  assert,
  type Catalog,
  type CommitResult,
  type Fragment,
  type NewColumn,
  PlatformError,
  type RelationName,
  type StreamStore,
  type StreamWrite,
  type TableRef,
  type TableSink,
  type TableSnapshot,
  type TableSource,
  type TableSpec,
  type WriteGoal,
  type WriteTransaction,
} from '../../spi/index.ts';
import { createMemoryStreamStore } from './memory-stream-store.ts';

type Row = readonly string[];

interface MemoryTable {
  readonly snapshot: TableSnapshot;
  /** Files by snapshot, oldest first; the first one is that of no snapshot. */
  readonly versions: readonly (readonly string[])[];
}

/** Tables of texts and bigints in memory, with snapshots, files and streams over them. */
export interface MemoryStreamWorld {
  readonly catalog: Catalog;
  readonly tables: TableSource;
  readonly sink: TableSink;
  readonly streams: StreamStore;
  /** Makes a table, or makes it anew. */
  create(name: string, columns: readonly NewColumn[], properties?: Readonly<Record<string, string>>): void;
  drop(name: string): void;
  /** Commits rows as one file, and returns its location. */
  append(name: string, rows: readonly Row[]): string;
  /** Commits a snapshot without some of the files. */
  remove(name: string, files: readonly string[]): void;
  rows(name: string): readonly Row[];
  snapshots(name: string): number;
  /** Lets the next commit of a stream fail, before or after it was done. */
  failCommit(when: 'before' | 'after', error: PlatformError): void;
}

const keyOf = ({ schema, name }: RelationName): string => `${schema}.${name}`.toLowerCase();
const nameOf = (name: string): RelationName => ({ schema: 'main', name });

/** Creates a world without tables. */
export function createMemoryStreamWorld(): MemoryStreamWorld {
  const current = new Map<string, MemoryTable>();
  const files = new Map<string, readonly Row[]>();
  const staged = new Map<string, { readonly goal: WriteGoal; readonly fragments: Fragment[] }>();
  const failure: { next: { readonly when: 'before' | 'after'; readonly error: PlatformError } | null } = { next: null };
  let created = 0;

  const create = (spec: Pick<TableSpec, 'name' | 'columns' | 'properties'>): TableRef => {
    created += 1;
    const ref = { ...spec.name, uuid: `uuid-${String(created)}` };
    current.set(keyOf(ref), { snapshot: snapshotOf(ref, spec), versions: [[]] });
    return ref;
  };
  const tableOf = (name: RelationName): MemoryTable => {
    const table = current.get(keyOf(name));
    if (table !== undefined) return table;
    throw new PlatformError('CATALOG_UNKNOWN_TABLE', `there is no table ${keyOf(name)}`);
  };
  const commit = (name: RelationName, list: readonly string[]): CommitResult => {
    const { snapshot, versions } = tableOf(name);
    const snapshotId = String(versions.length);
    current.set(keyOf(name), { snapshot: { ...snapshot, snapshotId }, versions: [...versions, list] });
    return { table: snapshot.ref, snapshotId, rows: 0, repeated: false };
  };
  const filesOf = (name: RelationName): readonly string[] => tableOf(name).versions.at(-1) ?? [];
  const write = (table: string, rows: readonly Row[]): string => {
    const uri = `file:///${table}/${String(files.size)}.parquet`;
    files.set(uri, rows);
    return uri;
  };
  const apply = (token: string, fragments: readonly Fragment[]): CommitResult => {
    const goal = staged.get(token)?.goal;
    assert(goal !== undefined && goal.kind !== 'create', 'the transaction was begun');
    const removes = goal.kind === 'rewrite' ? goal.removes : [];
    const before = filesOf(goal.table);
    if (removes.some((uri) => !before.includes(uri))) throw new PlatformError('STORAGE_CONFLICT', 'a file to be removed is gone');
    const added = fragments.flatMap((fragment) => fragment.files.map((file) => file.uri));
    return commit(goal.table, [...before.filter((uri) => !removes.includes(uri)), ...added]);
  };
  const begin = (goal: WriteGoal): WriteTransaction => {
    const token = String(staged.size);
    const table = goal.kind === 'create' ? goal.spec.name : goal.table;
    staged.set(token, { goal, fragments: [] });
    return {
      token,
      fields: [],
      target: unused,
      adoptFiles: unused,
      appendFile: unused,
      appendDeletes: unused,
      append: async (task, attempt, frames) => {
        const all: Uint8Array[] = [];
        for await (const frame of frames) all.push(frame);
        const rows = readRows(all).map((row) => Object.values(row).map(String));
        return { task, attempt, files: [{ uri: write(keyOf(table), rows), rows: rows.length, bytes: 0, partition: [], columns: [] }] };
      },
      commit: (fragments) => Promise.resolve().then(() => apply(token, fragments)),
      abort: () => Promise.resolve(),
    };
  };
  const stored = createMemoryStreamStore({
    create: ({ result, late }) => ({ table: create(result), lateTable: late === null ? null : create(late) }),
    drop: ({ table, lateTable }) => {
      current.delete(keyOf(table));
      if (lateTable !== null) current.delete(keyOf(lateTable));
    },
    apply: ({ transaction, fragments }: StreamWrite) => apply(transaction.token, fragments),
  });

  return {
    catalog: catalogOf(current),
    tables: {
      plan: ({ table, snapshotId }) => {
        const list = snapshotId === null ? [] : (tableOf(table).versions[Number(snapshotId)] ?? []);
        const splits = list.map((uri) => ({
          kind: 'parquet' as const,
          uri,
          rows: files.get(uri)?.length ?? 0,
          bytes: 0,
          matchesSchema: true,
          partition: {},
          deletes: [],
        }));
        return Promise.resolve({ splits, residual: null, rows: 0, bytes: 0, filesTotal: splits.length, filesSkipped: 0 });
      },
      read: async function* ({ uri }, columns) {
        const rows = files.get(uri) ?? [];
        yield* encodeSmallTable(
          columns,
          rows.map((row) => columns.map((column) => row[column.fieldId - 1] ?? null)),
        );
      },
    },
    sink: { begin: (goal) => Promise.resolve(begin(goal)), reopen: unused, inspect: unused, committed: unused, exportParquet: unused },
    streams: {
      ...stored,
      commit: async (table, checkpoint, writes) => {
        const { next } = failure;
        failure.next = null;
        if (next?.when === 'before') throw next.error;
        const results = await stored.commit(table, checkpoint, writes);
        if (next?.when === 'after') throw next.error;
        return results;
      },
    },
    create: (name, columns, properties = {}) => void create({ name: nameOf(name), columns, properties }),
    drop: (name) => void current.delete(keyOf(nameOf(name))),
    append: (name, rows) => {
      const uri = write(name, rows);
      commit(nameOf(name), [...filesOf(nameOf(name)), uri]);
      return uri;
    },
    remove: (name, removed) =>
      void commit(
        nameOf(name),
        filesOf(nameOf(name)).filter((uri) => !removed.includes(uri)),
      ),
    rows: (name) =>
      filesOf(nameOf(name))
        .flatMap((uri) => files.get(uri) ?? [])
        .toSorted((left, right) => (String(left) < String(right) ? -1 : 1)),
    snapshots: (name) => tableOf(nameOf(name)).versions.length - 1,
    failCommit: (when, error) => {
      failure.next = { when, error };
    },
  };
}

const unused = (): Promise<never> => Promise.reject(new PlatformError('STORAGE_UNSUPPORTED', 'streams do not call this'));

function snapshotOf(ref: TableRef, { columns, properties }: Pick<TableSpec, 'columns' | 'properties'>): TableSnapshot {
  return {
    kind: 'table',
    ref,
    snapshotId: null,
    schemaId: 0,
    fields: columns.map((column, index) => ({ ...column, id: index + 1 })),
    partitionSpec: { specId: 0, fields: [] },
    properties,
    rows: null,
    bytes: null,
    files: null,
    comment: null,
  };
}

function catalogOf(current: ReadonlyMap<string, MemoryTable>): Catalog {
  return {
    pinned: () => catalogOf(new Map(current)),
    schemas: () => Promise.resolve(['main']),
    relations: () => Promise.resolve([...current.values()].map(({ snapshot: { ref } }) => ({ ...ref, kind: 'table' as const }))),
    resolve: (name) => Promise.resolve(current.get(keyOf(name))?.snapshot ?? null),
    metadataTable: () => Promise.resolve({ columns: [], rows: [] }),
    history: (name) =>
      Promise.resolve(
        (current.get(keyOf(name))?.versions ?? []).slice(1).map((_files, index) => ({
          snapshotId: String(index + 1),
          parentId: null,
          sequenceNumber: index + 1,
          committedAtMs: 0,
          operation: 'append',
          summary: {},
        })),
      ),
  };
}
