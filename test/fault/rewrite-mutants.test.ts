import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type DataFile, PlatformError, type TableSpec } from '../../spi/index.ts';
import { StoredCatalog } from '../../storage/catalog/stored-catalog.ts';
import type { CommitterParts } from '../../storage/committer/committer-parts.ts';
import { openCommitterParts } from '../../storage/committer/open-committer-parts.ts';
import { runRequest } from '../../storage/committer/run-request.ts';
import { localFileSystem } from '../../storage/file/local-file-system.ts';
import { importMutant } from '../mutant/import-mutant.ts';
import { writeParquet } from '../unit/storage/fixture/stage-rows.ts';
import { stageCopy } from './staged-copy.ts';

const FIELDS = [{ id: 1, name: 'id', type: { kind: 'bigint' }, nullable: true }] as const;
const SPEC: TableSpec = { name: { schema: 'main', name: 't' }, columns: FIELDS, partitioning: [], properties: {}, comment: null };

type Run = typeof runRequest;

let directory: string;
let parts: CommitterParts;
let template: DataFile;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'rewrite-mutants-'));
  parts = await openCommitterParts(join(directory, 'warehouse'), 3, localFileSystem());
  await runRequest(parts, { operationId: 'create', kind: 'create_table', spec: SPEC, ifExists: 'fail' });
  template = await writeParquet(join(directory, 'rows.parquet'), FIELDS, 'SELECT i AS id FROM range(3) r(i)');
});

afterEach(async () => {
  await parts.store.close();
  await rm(directory, { recursive: true });
});

/** Two statements change the same file of a table of two; returns what is wrong afterwards. */
async function race(run: Run): Promise<readonly string[]> {
  const stage = (idempotencyKey: string, removes: readonly string[] | null = null) =>
    stageCopy(parts, template, { name: 't', idempotencyKey, ...(removes === null ? {} : { goal: 'rewrite', removes }) });
  const commit = async (write: Awaited<ReturnType<typeof stage>>) =>
    run(parts, { operationId: write.idempotencyKey, kind: 'commit_write', write });
  const first = await stage('a');
  await commit(first);
  await commit(await stage('b'));
  const removes = first.fragments.flatMap(({ files }) => files.map(({ uri }) => uri));
  const [one, two] = [await stage('one', removes), await stage('two', removes)];
  await commit(one);
  const outcome = await commit(two).catch((error: unknown) => error);
  const manifests = await parts.metadata.manifestList((await currentTable()).current?.manifestList ?? '');
  const live: string[] = [];
  for (const manifest of manifests) {
    const { entries } = await parts.metadata.manifest(manifest, await currentTable());
    live.push(...entries.filter(({ status }) => status !== 'deleted').map(({ location }) => location));
  }
  const found = await new StoredCatalog(parts.store, parts.metadata).resolve(SPEC.name);
  return [
    ...(outcome instanceof PlatformError && outcome.code === 'STORAGE_CONFLICT' ? [] : ['the second rewrite was not refused']),
    ...(live.some((location) => removes.includes(location)) ? ['the removed file is still live'] : []),
    ...(live.length === 2 ? [] : [`${String(live.length)} files are live`]),
    ...(found?.kind === 'table' && found.rows === 6 && found.files === 2 ? [] : ['the summary does not fit']),
  ];
}

function currentTable() {
  return parts.metadata.table(parts.store.relation(SPEC.name)?.metadataLocation ?? '');
}

const mutant = async (from: string, to: string, file = 'commit/remove-data-files.ts'): Promise<Run> =>
  (
    await importMutant<{ runRequest: Run }>('committer/run-request.ts', {
      folder: 'storage',
      file,
      from,
      to,
    })
  ).runRequest;

/** A statement that read the table commits after another one; returns what became of it. */
async function overtaken(run: Run): Promise<unknown> {
  const append = await stageCopy(parts, template, { name: 't', idempotencyKey: 'append' });
  const late = await stageCopy(parts, template, { name: 't', idempotencyKey: 'late', goal: 'rewrite', basedOn: null });
  await run(parts, { operationId: 'append', kind: 'commit_write', write: append });
  return run(parts, { operationId: 'late', kind: 'commit_write', write: late }).catch((error: unknown) => error);
}

describe('a rewrite based on a snapshot', () => {
  it('is refused once there is a newer one', async () => {
    expect(await overtaken(runRequest)).toMatchObject({ code: 'STORAGE_CONFLICT' });
  });

  it('would be done all the same without the check, which is noticed', async () => {
    const run = await mutant('checkBase(write, base);', '', 'commit/commit-write.ts');
    expect(await overtaken(run)).toMatchObject({ repeated: false });
  });
});

describe('two rewrites of one file', () => {
  it('end with the first one done and the second refused', async () => {
    expect(await race(runRequest)).toEqual([]);
  });

  it('would both be done without the check for conflicts, which is noticed', async () => {
    const run = await mutant('if (lost !== undefined) throw filesGone(write, lost);', 'if (lost === "") throw filesGone(write, lost);');
    expect(await race(run)).toContain('the second rewrite was not refused');
  });

  it('would leave the removed file in place if it were kept, which is noticed', async () => {
    const run = await mutant(
      "return { ...entry, status: 'deleted', snapshotId: snapshot.snapshotId };",
      "return { ...entry, status: 'existing' };",
    );
    expect(await race(run)).toContain('the removed file is still live');
  });
});
