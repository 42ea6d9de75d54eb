import { encodeSmallTable, readFrames, readRows, type RowValue } from '../../runtime/arrow/index.ts';
import {
  type Connector,
  type ConnectorPlugin,
  type ConnectorRequest,
  type ConditionHandling,
  type DataType,
  type Expression,
  type Field,
  PlatformError,
  type RelationName,
  type ScanColumn,
} from '../../spi/index.ts';

/** A value of a memory table: columns are bigint, double, varchar or boolean. */
export type MemoryValue = string | number | bigint | boolean | null;

/** A table of the connector. */
export interface MemoryTable {
  readonly schema: string;
  readonly name: string;
  readonly columns: readonly {
    readonly name: string;
    readonly type: 'bigint' | 'double' | 'varchar' | 'boolean';
    readonly nullable?: boolean;
  }[];
  readonly rows: (readonly MemoryValue[])[];
}

/** How the connector behaves beyond answering. */
export interface MemoryConnectorOptions {
  /** Rows of a split. Default: all in one. */
  readonly splitRows?: number;
  /** What it says of comparisons that it applies: `exact` when left out. */
  readonly handling?: Exclude<ConditionHandling, 'unsupported'>;
  /** Breaks its contract: says `exact` and applies nothing, ends a split before its last row without an error, says that it left out rows above the
   *  limit with conditions left, or sends texts where numbers are asked for. */
  readonly lie?: 'exact' | 'limited' | 'types';
  /** Thrown by `read` after the first frame with rows of the split with this number. */
  readonly failsInSplit?: number;
  readonly readError?: Error;
  /** Awaited before each frame with rows. Units: milliseconds. */
  readonly frameMs?: number;
  /** Begins no reads before it resolves. */
  readonly unreachable?: boolean;
  readonly readOnly?: boolean;
  /** Notes the keys of statements with their rows. */
  readonly keepsKeys?: boolean;
}

/** What was asked of the connector. */
export interface MemoryConnectorLog {
  readonly requests: ConnectorRequest[];
  readonly reads: { readonly columns: readonly string[]; readonly rows: number }[];
  plans: number;
  released: number;
  running: number;
  committed: number;
  aborted: number;
}

/** A connector over tables in memory; its `options` may be changed between statements. */
export interface MemoryConnector {
  readonly plugin: ConnectorPlugin;
  readonly log: MemoryConnectorLog;
  options: MemoryConnectorOptions;
}

interface Split {
  readonly table: string;
  readonly number: number;
  readonly rows: readonly number[];
}

/** Makes a connector. It applies `eq`, `lt`, `le`, `gt` and `ge` between a column and a constant, and limits. */
export function createMemoryConnector(tables: readonly MemoryTable[], options: MemoryConnectorOptions = {}): MemoryConnector {
  const log: MemoryConnectorLog = { requests: [], reads: [], plans: 0, released: 0, running: 0, committed: 0, aborted: 0 };
  const memory: MemoryConnector = {
    log,
    options,
    plugin: {
      kind: 'connector',
      name: 'memory',
      version: '1.0.0',
      spi: '^1.2.0',
      configSchema: {
        type: 'object',
        properties: { password: { type: 'string', description: 'Opens nothing.', secret: true } },
      },
      create: () => Promise.resolve(connectorOf(tables, () => memory.options, log)),
    },
  };
  return memory;
}

function connectorOf(tables: readonly MemoryTable[], options: () => MemoryConnectorOptions, log: MemoryConnectorLog): Connector {
  const keys = new Map<string, number>();
  const find = (name: RelationName): MemoryTable | undefined =>
    tables.find((table) => same(table.schema, name.schema) && same(table.name, name.name));
  const reach = (): Promise<void> =>
    options().unreachable === true
      ? Promise.reject(new PlatformError('CONNECTOR_UNAVAILABLE', 'the memory is out of reach'))
      : Promise.resolve();
  return {
    schemas: () => reach().then(() => [...new Set(tables.map(({ schema }) => schema))]),
    tables: (schema) => reach().then(() => tables.filter((table) => same(table.schema, schema)).map(({ name }) => name)),
    describe: async (name) => {
      await reach();
      const table = find(name);
      if (table === undefined) return null;
      return { name: { schema: table.schema, name: table.name }, fields: fieldsOf(table), rows: table.rows.length };
    },
    plan: (request) => {
      log.requests.push(request);
      log.plans += 1;
      const table = find(request.table) as MemoryTable;
      const { lie, handling = 'exact', splitRows = Infinity } = options();
      const tests = request.filter.map((condition) => testOf(condition, request.columns, table));
      const filter = tests.map((test): ConditionHandling => (lie === 'exact' ? 'exact' : test === null ? 'unsupported' : handling));
      const limited = request.limit !== null && (lie === 'limited' || filter.every((one) => one === 'exact'));
      const met = table.rows.flatMap((row, index) => (lie === 'exact' || tests.every((test) => test === null || test(row)) ? [index] : []));
      const rows = limited ? met.slice(0, request.limit) : met;
      const splits: Split[] = [];
      for (let at = 0; at < Math.max(1, rows.length); at += splitRows) {
        splits.push({ table: `${table.schema}.${table.name}`, number: splits.length, rows: rows.slice(at, at + splitRows) });
      }
      return Promise.resolve({ filter, limited, splits: splits as never, rows: rows.length });
    },
    read: (split, columns, signal) => readSplit(tables, split as unknown as Split, columns, signal, options(), log),
    release: () => {
      log.released += 1;
      return Promise.resolve();
    },
    ...(options().readOnly === true
      ? {}
      : {
          sink: (name: RelationName, fields: readonly Field[], key: string | null = null) =>
            Promise.resolve(sinkOf(find(name) as MemoryTable, fields, { key, keys: options().keepsKeys === true ? keys : null, log })),
        }),
    health: () => Promise.resolve({ ready: options().unreachable !== true, details: {} }),
    drain: () => Promise.resolve(),
    close: () => Promise.resolve(),
  };
}

const same = (left: string, right: string): boolean => left.toLowerCase() === right.toLowerCase();

function fieldsOf({ columns }: MemoryTable): readonly Field[] {
  return columns.map(({ name, type, nullable = true }, index) => ({ id: index + 1, name, type: { kind: type }, nullable }));
}

async function* readSplit(
  tables: readonly MemoryTable[],
  split: Split,
  columns: readonly ScanColumn[],
  signal: AbortSignal,
  { failsInSplit, readError, frameMs = 0, lie }: MemoryConnectorOptions,
  log: MemoryConnectorLog,
): AsyncGenerator<Uint8Array> {
  const table = tables.find(({ schema, name }) => `${schema}.${name}` === split.table) as MemoryTable;
  log.reads.push({ columns: columns.map(({ name }) => name), rows: split.rows.length });
  log.running += 1;
  try {
    const positions = columns.map(({ fieldId }) => fieldId - 1);
    const text: DataType = { kind: 'varchar' };
    const shapes = columns.map(({ name, type }) => ({ name, type: lie === 'types' ? text : type }));
    const rows = split.rows.map((index) => positions.map((position) => table.rows[index]?.[position] ?? null));
    const [schema, batch] = encodeSmallTable(shapes, rows);
    yield schema as Uint8Array;
    if (frameMs > 0) await new Promise((resolve) => setTimeout(resolve, frameMs));
    signal.throwIfAborted();
    yield batch as Uint8Array;
    if (failsInSplit === split.number) throw readError ?? new Error('the memory is worn out');
  } finally {
    log.running -= 1;
  }
}

type RowTest = (row: readonly MemoryValue[]) => boolean;

function testOf(condition: Expression, columns: readonly ScanColumn[], table: MemoryTable): RowTest | null {
  if (condition.kind !== 'call') return null;
  const [left, right] = condition.arguments;
  if (left?.kind !== 'column' || right?.kind !== 'literal' || typeof right.value !== 'string') return null;
  const position = (columns.find(({ id }) => id === left.id)?.fieldId ?? 0) - 1;
  const constant = table.columns[position]?.type === 'varchar' ? right.value : Number(right.value);
  const compare = COMPARISONS[condition.function];
  if (compare === undefined) return null;
  return (row) => {
    const value = row[position] ?? null;
    return value !== null && compare(orderOf(typeof value === 'string' ? value : Number(value), constant));
  };
}

/** Texts are in the order of their code points, which is that of their bytes; NaN is the greatest number and equals itself. */
function orderOf(left: string | number, right: string | number): number {
  if (typeof left === 'string') return Buffer.compare(Buffer.from(left), Buffer.from(String(right)));
  const other = Number(right);
  if (Number.isNaN(left) || Number.isNaN(other)) return Number(Number.isNaN(left)) - Number(Number.isNaN(other));
  return left < other ? -1 : left === other ? 0 : 1;
}

const COMPARISONS: Readonly<Record<string, (order: number) => boolean>> = {
  eq: (order) => order === 0,
  lt: (order) => order < 0,
  le: (order) => order <= 0,
  gt: (order) => order > 0,
  ge: (order) => order >= 0,
};

function sinkOf(
  table: MemoryTable,
  fields: readonly Field[],
  { key, keys, log }: { readonly key: string | null; readonly keys: Map<string, number> | null; readonly log: MemoryConnectorLog },
): Awaited<ReturnType<NonNullable<Connector['sink']>>> {
  const added: (readonly MemoryValue[])[] = [];
  return {
    ...(keys === null ? {} : { repeated: key === null ? null : (keys.get(key) ?? null) }),
    append: async (frames, signal) => {
      const parts: Uint8Array[] = [];
      for await (const frame of frames) {
        signal.throwIfAborted();
        parts.push(frame);
      }
      for (const row of readRows(readFrames(Buffer.concat(parts)))) {
        const byName = new Map<unknown, RowValue>(Object.values<RowValue>(row).map((value, index) => [fields[index]?.name, value]));
        added.push(table.columns.map(({ name }) => (byName.get(name) ?? null) as MemoryValue));
      }
      return added.length;
    },
    commit: () => {
      table.rows.push(...added);
      if (key !== null) keys?.set(key, added.length);
      log.committed += 1;
      return Promise.resolve();
    },
    abort: () => {
      log.aborted += 1;
      return Promise.resolve();
    },
  };
}
