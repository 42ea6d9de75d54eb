import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Json, spawnChild } from '../../runtime/process/index.ts';
import { assert, type DataFile, type StreamRecord, type TableSpec } from '../../spi/index.ts';
import { StoredCatalog } from '../../storage/catalog/stored-catalog.ts';
import type { CommitterParts } from '../../storage/committer/committer-parts.ts';
import type { CommitterRequest } from '../../storage/committer/committer-request.ts';
import { openCommitterParts } from '../../storage/committer/open-committer-parts.ts';
import { runRequest } from '../../storage/committer/run-request.ts';
import { localFileSystem } from '../../storage/file/local-file-system.ts';
import { verifyTable } from '../../storage/verify/verify-table.ts';
import { importMutant, type Mutation } from '../mutant/import-mutant.ts';
import { writeParquet } from '../unit/storage/fixture/stage-rows.ts';
import { stageCheckpoint } from './staged-checkpoint.ts';

const FIELDS = [{ id: 1, name: 'id', type: { kind: 'bigint' }, nullable: true }] as const;
const spec = (name: string): TableSpec => ({
  name: { schema: 'main', name },
  columns: FIELDS,
  partitioning: [],
  properties: {},
  comment: null,
});

const CHECKPOINT_APART: Mutation = {
  folder: 'storage',
  file: 'stream/commit-stream.ts',
  from: 'state.putStream({ ...findStream(state, staged), checkpoint: staged.checkpoint });',
  to: `const apart = { ...findStream(state, staged), checkpoint: staged.checkpoint };
      queueMicrotask(() => parts.store.update(null, (later) => later.putStream(apart) ?? null));`,
};
const NO_SEQUENCE_CHECK: Mutation = {
  folder: 'storage',
  file: 'stream/commit-stream.ts',
  from: 'if (stored + 1 === checkpoint.sequence) return null;',
  to: 'if (stored >= 0) return null;',
};

let directory: string;
let parts: CommitterParts;
let template: DataFile;
let stream: StreamRecord;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'stream-commit-'));
  parts = await openCommitterParts(join(directory, 'warehouse'), 3, localFileSystem());
  template = await writeParquet(join(directory, 'rows.parquet'), FIELDS, 'SELECT i AS id FROM range(3) r(i)');
  const view = { result: spec('v'), late: spec('v_late'), sql: 'SELECT 1', defaultSchema: 'main', timeZone: 'UTC', fingerprint: 'f' };
  stream = (await runRequest(parts, { operationId: 'create', kind: 'create_stream', stream: view })) as unknown as StreamRecord;
  await runRequest(parts, await checkpoint(1, 'first'));
});

afterEach(async () => {
  await parts.store.close();
  await rm(directory, { recursive: true });
});

/** A checkpoint that adds 3 rows to the result and 3 to the late rows. */
const checkpoint = (sequence: number, transactionId: string): Promise<CommitterRequest> =>
  stageCheckpoint(parts, template, stream.table, { sequence, transactionId });

/** The checkpoint that each of the three parts is at. */
async function state(): Promise<{ record: number; result: number; late: number }> {
  const catalog = new StoredCatalog(parts.store, parts.metadata);
  const last = async (name: string): Promise<number> => {
    const table = await catalog.resolve({ schema: 'main', name });
    const entry = (await catalog.history({ schema: 'main', name })).at(-1);
    assert(table?.kind === 'table', 'the table is there');
    expect(table.rows).toBe(3 * Number(entry?.summary['trivium.checkpoint']));
    return Number(entry?.summary['trivium.checkpoint']);
  };
  return { record: parts.store.stream(stream.table.uuid)?.checkpoint?.sequence ?? 0, result: await last('v'), late: await last('v_late') };
}

async function killDuring(request: CommitterRequest, point: string, mutation?: Mutation): Promise<void> {
  const child = await spawnChild({
    entry: new URL('./committer-that-dies-in-a-stream-commit.ts', import.meta.url),
    name: 'dying-committer',
    args: [join(directory, 'warehouse'), point, ...(mutation === undefined ? [] : [JSON.stringify(mutation)])],
    lostCode: 'STORAGE_UNAVAILABLE',
    onLog: () => undefined,
  });
  await expect(child.channel.call('run', request as unknown as Json)).rejects.toMatchObject({ code: 'STORAGE_UNAVAILABLE' });
  expect(await child.exited).toMatchObject({ signal: 'SIGKILL' });
}

const OLD = { record: 1, result: 1, late: 1 };
const NEW = { record: 2, result: 2, late: 2 };

describe('a checkpoint of a stream', () => {
  it.each([
    ['before the transaction', OLD],
    ['inside the transaction', OLD],
    ['after the transaction', NEW],
  ] as const)(
    'is there with all tables or not at all when the committer is killed %s, and once when it is asked again',
    async (point, seen) => {
      const request = await checkpoint(2, 'second');
      await killDuring(request, point);
      expect(await state()).toEqual(seen);
      await runRequest(parts, request);
      expect(await state()).toEqual(NEW);
      for (const name of ['v', 'v_late']) await verifyTable(parts.files, parts.store, parts.metadata, { schema: 'main', name });
    },
  );

  it('that were written in a transaction of its own would be caught', async () => {
    await killDuring(await checkpoint(2, 'second'), 'after the transaction', CHECKPOINT_APART);
    expect(await state()).toEqual({ record: 1, result: 2, late: 2 });
  });

  it('of another process under the same number changes nothing', async () => {
    await runRequest(parts, await checkpoint(2, 'second'));
    await expect(runRequest(parts, await checkpoint(2, 'other'))).rejects.toMatchObject({ code: 'STORAGE_CONFLICT' });
    expect(await state()).toEqual(NEW);
  });

  it('whose number is not checked would be caught', async () => {
    const mutant = await importMutant<{ runRequest: typeof runRequest }>('committer/run-request.ts', NO_SEQUENCE_CHECK);
    await runRequest(parts, await checkpoint(2, 'second'));
    await mutant.runRequest(parts, await checkpoint(2, 'other'));
    const table = await new StoredCatalog(parts.store, parts.metadata).resolve({ schema: 'main', name: 'v' });
    expect(table).toMatchObject({ rows: 9 });
  });
});
