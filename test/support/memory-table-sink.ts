import { readFile, writeFile } from 'node:fs/promises';
import {
  type CommitResult,
  type FileSource,
  type Fragment,
  PlatformError,
  type TableRef,
  type TableSink,
  type WriteGoal,
} from '../../spi/index.ts';
import { readRows } from '../../runtime/arrow/index.ts';

/** A table sink that keeps what was committed; rows are counted, files are kept as text. */
export interface MemoryTableSink extends TableSink {
  readonly commits: readonly (CommitResult & { readonly key: string; readonly goal: WriteGoal['kind'] })[];
  /** Texts of the files handed in by `appendFile`. */
  readonly files: readonly { readonly path: string; readonly text: string }[];
  readonly aborted: number;
}

/** Creates an empty sink. */
export function createMemoryTableSink(): MemoryTableSink {
  const commits: (CommitResult & { readonly key: string; readonly goal: WriteGoal['kind'] })[] = [];
  const files: { path: string; text: string }[] = [];
  const state = { aborted: 0 };
  const find = (table: TableRef, key: string): CommitResult | null => {
    const found = commits.find((commit) => commit.table.uuid === table.uuid && commit.key === key);
    return found === undefined ? null : { table: found.table, snapshotId: found.snapshotId, rows: found.rows, repeated: true };
  };
  const sink: MemoryTableSink = {
    commits,
    files,
    get aborted() {
      return state.aborted;
    },
    committed: (table, key) => Promise.resolve(find(table, key)),
    inspect: () => Promise.resolve({ columns: [], rows: null }),
    exportParquet: async (path, frames) => {
      const rows = await countRows(frames);
      await writeFile(path, `PAR1 ${String(rows)} rows`);
      return { rows, bytes: 8 };
    },
    reopen: (token) => sink.begin(JSON.parse(token) as WriteGoal),
    begin: (goal) => {
      const table: TableRef = goal.kind === 'create' ? { ...goal.spec.name, uuid: `uuid-${goal.spec.name.name}` } : goal.table;
      return Promise.resolve({
        fields: [],
        token: JSON.stringify(goal),
        target: () => Promise.reject(new PlatformError('STORAGE_UNSUPPORTED', 'the memory sink has no folders')),
        append: async (task, attempt, frames) => fragment(task, attempt, await countRows(frames)),
        appendDeletes: async (task, attempt, frames) => fragment(task, attempt, await countRows(frames)),
        adoptFiles: () => Promise.reject(new PlatformError('STORAGE_UNSUPPORTED', 'the memory sink keeps no files')),
        appendFile: async (task: string, attempt: number, source: FileSource) => {
          const text = await readFile(source.path, 'utf8');
          if (text.includes('broken')) throw new PlatformError('STORAGE_FILE', `${source.path} holds something broken`);
          files.push({ path: source.path, text });
          return fragment(task, attempt, text.split('\n').filter((line) => line !== '').length);
        },
        commit: (fragments: readonly Fragment[], key: string) => {
          const earlier = find(table, key);
          if (earlier !== null) return Promise.resolve(earlier);
          const rows = fragments.flatMap(({ files: written }) => written).reduce((sum, file) => sum + file.rows, 0);
          const result = { table, snapshotId: String(commits.length + 1), rows, repeated: false };
          commits.push({ ...result, key, goal: goal.kind });
          return Promise.resolve(result);
        },
        abort: () => {
          state.aborted += 1;
          return Promise.resolve();
        },
      });
    },
  };
  return sink;
}

function fragment(task: string, attempt: number, rows: number): Fragment {
  return { task, attempt, files: [{ uri: 'file:///memory', rows, bytes: 0, partition: [], columns: [] }] };
}

async function countRows(frames: AsyncIterable<Uint8Array>): Promise<number> {
  const all: Uint8Array[] = [];
  for await (const frame of frames) all.push(frame);
  return readRows(all).length;
}
