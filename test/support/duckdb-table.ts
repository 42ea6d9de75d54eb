import { encodeSmallTable } from '../../runtime/arrow/index.ts';
import {
  assert,
  type BoundQuery,
  type Catalog,
  type CommitResult,
  type DataFile,
  type Engine,
  formatType,
  type Fragment,
  type ParquetSplit,
  type PlanFeature,
  PLAN_VERSION,
  PlatformError,
  type ScanNode,
  type TableSink,
  type TableSnapshot,
  type TableSource,
  type WriteGoal,
} from '../../spi/index.ts';
import { printDuckdb } from '../../sql/print/index.ts';
import { runSql } from './print-and-run.ts';

/** One table in memory whose data files are tables of the test database, with snapshots, conflicts and keys as the storage has them,
 *  and an engine that reads and writes it; beside it other tables of the test database may be read, under their names. */
export class DuckdbTable {
  readonly catalog: Catalog;
  readonly source: TableSource;
  readonly sink: TableSink;
  readonly engine: Engine;
  /** Runs after the files of a write are staged, once. */
  beforeCommit: (() => Promise<unknown>) | null = null;
  /** Whether the engine writes one row too few. */
  losesRow = false;
  /** Files that the engine read for writes, in order. */
  readonly written: (readonly string[])[] = [];
  readonly #table: TableSnapshot;
  readonly #snapshots: (readonly DataFile[])[] = [[]];
  readonly #commits = new Map<string, CommitResult>();
  #files = 0;

  constructor(table: TableSnapshot, others: readonly TableSnapshot[] = []) {
    this.#table = table;
    this.catalog = {
      pinned: () => this.catalog,
      schemas: () => Promise.resolve(['main']),
      relations: () => Promise.resolve([{ schema: 'main', name: table.ref.name, kind: 'table' }]),
      resolve: (name) => {
        const other = others.find(({ ref }) => ref.name === name.name) ?? null;
        return Promise.resolve(name.name === table.ref.name ? { ...table, snapshotId: this.snapshotId } : other);
      },
      history: () => Promise.resolve([]),
      metadataTable: () => Promise.resolve({ columns: [], rows: [] }),
    };
    this.source = {
      plan: ({ snapshotId, files }) => {
        const splits = this.#filesOf(snapshotId, files).map(splitOf);
        return Promise.resolve({ splits, residual: null, rows: 0, bytes: 0, filesTotal: splits.length, filesSkipped: 0 });
      },
      read: () => {
        throw new PlatformError('STORAGE_UNSUPPORTED', 'these tables have no files');
      },
    };
    this.sink = {
      begin: (goal) => Promise.resolve(this.#transaction(goal)),
      reopen: () => Promise.reject(new PlatformError('REQUEST_INVALID', 'nothing is staged')),
      inspect: () => Promise.resolve({ columns: [], rows: null }),
      committed: (_, key) => Promise.resolve(this.#earlier(key)),
      exportParquet: () => Promise.resolve({ rows: 0, bytes: 0 }),
    };
    this.engine = {
      capabilities: { statements: ['query', 'write'], planVersion: PLAN_VERSION, features: ALL_FEATURES, functions: 'all' },
      estimate: () => Promise.resolve({ kind: 'estimate', rows: 1, cpuMs: 1, startupMs: 0, confidence: 1 }),
      prepare: (query) => Promise.resolve(this.#prepare(query)),
      write: async (query, staging) => {
        assert(staging.fields.length > 0, 'a table has columns');
        this.written.push(this.#restriction(query));
        return [{ task: 'test', attempt: 1, files: [await this.#newFile(this.#print(query) + (this.losesRow ? ' OFFSET 1' : ''))] }];
      },
      health: () => Promise.resolve({ ready: true, details: {} }),
      drain: () => Promise.resolve(),
      close: () => Promise.resolve(),
    };
  }

  get snapshotId(): string {
    return String(this.#snapshots.length - 1);
  }

  /** Appends the rows of a query of DuckDB's as one file. */
  async append(sql: string): Promise<void> {
    const file = await this.#newFile(sql);
    this.#snapshots.push([...(this.#snapshots.at(-1) ?? []), file]);
  }

  /** Returns a FROM item with the rows of the newest snapshot, under the table's own column names. */
  get rows(): string {
    return this.#union(this.#filesOf(this.snapshotId));
  }

  #filesOf(snapshotId: string | null, only?: readonly string[]): readonly DataFile[] {
    const files = this.#snapshots[Number(snapshotId ?? 0)] ?? [];
    return only === undefined ? files : files.filter((file) => only.includes(file.uri));
  }

  #union(files: readonly DataFile[]): string {
    const columns = this.#table.fields.map(({ name, type }) => `CAST(NULL AS ${formatType(type)}) AS "${name}"`);
    return `(SELECT ${columns.join(', ')} WHERE false${files.map((file) => ` UNION ALL SELECT * FROM ${file.uri}`).join('')})`;
  }

  async #newFile(sql: string): Promise<DataFile> {
    this.#files += 1;
    const uri = `${this.#table.ref.name}_file_${String(this.#files)}`;
    const names = this.#table.fields.map(({ name }) => `"${name}"`).join(', ');
    const typed = this.#table.fields.map(({ name, type }) => `CAST("${name}" AS ${formatType(type)}) AS "${name}"`).join(', ');
    await runSql(`CREATE OR REPLACE TABLE ${uri} AS SELECT ${typed} FROM (${sql}) AS s(${names})`);
    const [row] = await runSql(`SELECT count(*)::INTEGER FROM ${uri}`);
    return { uri, rows: Number(row?.[0]), bytes: 1, partition: [], columns: [] };
  }

  #print(query: BoundQuery): string {
    const scan = (node: ScanNode): string => {
      const columns = node.columns.map(({ id, name }) => `"${name}" AS c${String(id)}`).join(', ');
      const isOwn = node.table.uuid === this.#table.ref.uuid;
      const from = isOwn ? this.#union(this.#filesOf(node.snapshotId, node.files)) : node.table.name;
      return `(SELECT ${columns} FROM ${from}) AS t${String(node.columns[0]?.id ?? 0)}`;
    };
    return printDuckdb(query.plan, { scan, session: query.session }).sql;
  }

  #restriction(query: BoundQuery): readonly string[] {
    return [...JSON.stringify(query.plan.root).matchAll(/"files":(\[[^\]]*\])/g)].flatMap(
      (match) => JSON.parse(match[1] ?? '[]') as string[],
    );
  }

  #prepare(query: BoundQuery) {
    const columns = query.plan.output.map(({ name, type, nullable }) => ({ name, type, nullable }));
    const frames = async function* (print: () => string): AsyncGenerator<Uint8Array> {
      const rows = await runSql(print());
      yield* encodeSmallTable(
        columns.map(({ name }) => ({ name, type: { kind: 'bigint' } as const })),
        rows.map((row) => row.map((value) => String(Number(value)))),
      );
    };
    return { columns, execute: () => ({ frames: frames(() => this.#print(query)) }), close: () => Promise.resolve() };
  }

  #earlier(key: string): CommitResult | null {
    const found = this.#commits.get(key);
    return found === undefined ? null : { ...found, repeated: true };
  }

  #transaction(goal: WriteGoal) {
    assert(goal.kind === 'rewrite', 'this table takes rewrites');
    return {
      token: '',
      fields: this.#table.fields,
      target: () => Promise.reject(new PlatformError('STORAGE_UNSUPPORTED', 'these tables have no files')),
      append: () => Promise.reject(new PlatformError('STORAGE_UNSUPPORTED', 'these tables have no files')),
      appendDeletes: () => Promise.reject(new PlatformError('STORAGE_UNSUPPORTED', 'these tables have no files')),
      adoptFiles: () => Promise.reject(new PlatformError('STORAGE_UNSUPPORTED', 'these tables have no files')),
      appendFile: () => Promise.reject(new PlatformError('STORAGE_UNSUPPORTED', 'these tables have no files')),
      commit: async (fragments: readonly Fragment[], key: string): Promise<CommitResult> => {
        const interfere = this.beforeCommit;
        this.beforeCommit = null;
        await interfere?.();
        const earlier = this.#earlier(key);
        if (earlier !== null) return earlier;
        const current = this.#filesOf(this.snapshotId);
        if (goal.removes.some((uri) => current.every((file) => file.uri !== uri))) {
          throw new PlatformError('STORAGE_CONFLICT', 'a file is gone');
        }
        if (goal.basedOn !== undefined && goal.basedOn !== this.snapshotId) {
          throw new PlatformError('STORAGE_CONFLICT', 'the table has changed');
        }
        const added = fragments.flatMap(({ files }) => files).filter((file) => file.rows > 0);
        this.#snapshots.push([...current.filter((file) => !goal.removes.includes(file.uri)), ...added]);
        const changes = goal.changes === undefined ? {} : { changes: goal.changes };
        const result = { table: this.#table.ref, snapshotId: this.snapshotId, rows: goal.rows ?? 0, repeated: false, ...changes };
        this.#commits.set(key, result);
        return result;
      },
      abort: () => Promise.resolve(),
    };
  }
}

const ALL_FEATURES: readonly PlanFeature[] = [
  'scan',
  'values',
  'project',
  'filter',
  'join',
  'join:inner',
  'join:left',
  'join:cross',
  'join:lateral',
  'aggregate',
  'aggregate:filter',
  'set_operation',
  'sort',
  'limit',
  'distinct',
  'with',
  'cte_scan',
  'subquery',
];

const splitOf = ({ uri, rows }: DataFile): ParquetSplit => ({
  kind: 'parquet',
  uri,
  rows,
  bytes: 1,
  matchesSchema: true,
  partition: {},
  deletes: [],
});
