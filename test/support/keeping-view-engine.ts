import { readFile, writeFile } from 'node:fs/promises';
import { encodeSmallTable, readRows, type SmallTableColumn } from '../../runtime/arrow/index.ts';
import {
  assert,
  type BoundQuery,
  PlatformError,
  type Refusal,
  type ViewCheckpoint,
  type ViewEngine,
  type ViewRows,
  type ViewRun,
  type ViewStart,
} from '../../spi/index.ts';

/** A view engine for `SELECT * FROM t` over texts and bigints: it keeps rows in memory, those of which `isFinal` says so for good. */
export interface KeepingViewEngine extends ViewEngine {
  /** How often a view was started. */
  readonly starts: number;
  /** Lets the next call of `push` or `checkpoint` fail. */
  failNext(call: 'push' | 'checkpoint', error: PlatformError): void;
}

type Row = readonly string[];

/** Creates the engine. Rows whose first column starts with `late` are late, those that start with `final` are final. */
export function createKeepingViewEngine(): KeepingViewEngine {
  const failures = new Map<string, PlatformError>();
  let starts = 0;
  const fail = (call: string): void => {
    const error = failures.get(call);
    failures.delete(call);
    if (error !== undefined) throw error;
  };
  const unused = (): Promise<never> => Promise.reject(new PlatformError('ENGINE_UNSUPPORTED', 'the engine keeps views only'));
  return {
    capabilities: { statements: ['view'], planVersion: 1, features: [], functions: [] },
    get starts() {
      return starts;
    },
    failNext: (call, error) => void failures.set(call, error),
    checkView: (query) => Promise.resolve(refusalOf(query)),
    startView: async (start) => {
      starts += 1;
      return startRun(start, fail);
    },
    estimate: unused,
    prepare: unused,
    write: unused,
    health: () => Promise.resolve({ ready: true, details: {} }),
    drain: () => Promise.resolve(),
    close: () => Promise.resolve(),
  };
}

function refusalOf({ plan: { root } }: BoundQuery): Refusal | null {
  const passes =
    root.kind === 'project' && root.input.kind === 'scan' && root.columns.every(({ expression }) => expression.kind === 'column');
  return passes ? null : { kind: 'refusal', code: 'ENGINE_UNSUPPORTED', reason: `a ${root.kind} is not kept` };
}

async function startRun({ query, stateFile, watermarks }: ViewStart, fail: (call: string) => void): Promise<ViewRun> {
  const { root } = query.plan;
  assert(root.kind === 'project' && root.input.kind === 'scan', 'the query was checked');
  const { columns } = root.input;
  const state = stateFile === null ? [] : (JSON.parse(await readFile(stateFile, 'utf8')) as [string, number][]);
  const open = new Map(state);
  const final: Row[] = [];
  const late: Row[] = [];
  let isChanged = stateFile === null;
  const take = (row: Row, change: number): void => {
    const [first = ''] = row;
    if (watermarks[0] !== null && first.startsWith('late')) late.push([...row, String(change)]);
    else if (first.startsWith('final')) final.push(row);
    else {
      const key = JSON.stringify(row);
      open.set(key, (open.get(key) ?? 0) + change);
      isChanged = true;
    }
  };
  return {
    push: async (_scan, change, frames) => {
      const all: Uint8Array[] = [];
      for await (const frame of frames) all.push(frame);
      fail('push');
      for (const row of readRows(all)) take(Object.values(row).map(String), change);
    },
    checkpoint: async (file) => {
      fail('checkpoint');
      await writeFile(file, JSON.stringify([...open]));
      const openRows = [...open].flatMap(([key, weight]) => Array<Row>(weight).fill(JSON.parse(key) as Row));
      const changed: ViewCheckpoint = {
        final: rowsOf(columns, final.splice(0)),
        open: isChanged ? rowsOf(columns, openRows) : null,
        late: [rowsOf([...columns, { name: 'change', type: { kind: 'bigint' } }], late.splice(0))],
        watermarksUs: watermarks.map((watermark) => (watermark === null ? null : '1000')),
        stateBytes: 0,
      };
      isChanged = false;
      return changed;
    },
    close: () => Promise.resolve(),
  };
}

function rowsOf(columns: readonly SmallTableColumn[], rows: readonly Row[]): ViewRows {
  const frames = encodeSmallTable(
    columns.map(({ name, type }) => ({ name, type })),
    rows,
  );
  return {
    rows: rows.length,
    frames: (async function* () {
      yield* frames;
    })(),
  };
}
