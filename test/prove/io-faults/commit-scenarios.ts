import { randomUUID } from 'node:crypto';
import { copyFile, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { assert, pathToLocation } from '../../../spi/index.ts';
import { tableDirectory } from '../../../storage/catalog/table-directory.ts';
import type { StagedMetadata, StagedTable, StagedWrite } from '../../../storage/committer/committer-request.ts';
import { locationToPath } from '../../../spi/index.ts';
import { stageCheckpoint } from '../../fault/staged-checkpoint.ts';
import { stageCopy } from '../../fault/staged-copy.ts';
import { type Arena, FILE_ROWS, type TableRows, tableSpec } from './arena.ts';

/** A change that is ready to be made: its data files are staged. A repetition is the same change. */
export interface ReadyChange {
  run(): Promise<unknown>;
  /** What the tables have after it. */
  after(before: TableRows): TableRows;
}

/** A kind of commit. */
export interface Scenario {
  readonly name: string;
  prepare(arena: Arena, key: string): Promise<ReadyChange>;
}

const add = (rows: TableRows, ...names: readonly string[]): TableRows => ({
  ...rows,
  ...Object.fromEntries(names.map((name) => [name, (rows[name] ?? 0) + FILE_ROWS])),
});

/** Every kind of change that writes files. */
export const SCENARIOS: readonly Scenario[] = [
  { name: 'append', prepare: (arena, key) => prepareWrite(arena, key, 'append') },
  { name: 'overwrite', prepare: (arena, key) => prepareWrite(arena, key, 'overwrite') },
  { name: 'rewrite', prepare: prepareRewrite },
  { name: 'create', prepare: prepareCreate },
  { name: 'create-empty', prepare: prepareCreateEmpty },
  { name: 'create-view', prepare: prepareCreateView },
  { name: 'create-stream', prepare: prepareCreateStream },
  { name: 'drop', prepare: prepareDrop },
  { name: 'multi-table', prepare: prepareTransaction },
  { name: 'checkpoint', prepare: prepareCheckpoint },
];

async function prepareWrite(arena: Arena, key: string, goal: 'append' | 'overwrite'): Promise<ReadyChange> {
  const write = await stageCopy(arena.parts, arena.template, { name: 'a', idempotencyKey: key, goal });
  return {
    run: () => arena.run({ operationId: key, kind: 'commit_write', write }),
    after: (before) => (goal === 'append' ? add(before, 'a') : { ...before, a: FILE_ROWS }),
  };
}

async function prepareRewrite(arena: Arena, key: string): Promise<ReadyChange> {
  const { parts, template } = arena;
  const first = await stageCopy(parts, template, { name: 'a', idempotencyKey: `${key}-first`, goal: 'append' });
  await arena.run({ operationId: `${key}-first`, kind: 'commit_write', write: first });
  const removes = first.fragments.flatMap(({ files }) => files.map(({ uri }) => uri));
  const write = await stageCopy(parts, template, { name: 'a', idempotencyKey: key, goal: 'rewrite', removes });
  return { run: () => arena.run({ operationId: key, kind: 'commit_write', write }), after: (before) => before };
}

async function prepareCreate(arena: Arena, key: string): Promise<ReadyChange> {
  const spec = tableSpec(`made_${key}`);
  const uuid = randomUUID();
  const directory = tableDirectory(arena.parts.tablesDirectory, spec.name, uuid);
  const staging = join(directory, 'data', `${key}-task-1`);
  await mkdir(staging, { recursive: true });
  await copyFile(locationToPath(arena.template.uri), join(staging, 'a.parquet'));
  const files = [{ ...arena.template, uri: pathToLocation(join(staging, 'a.parquet')) }];
  const write: StagedWrite = {
    transactionId: key,
    goal: 'create',
    table: { ...spec.name, uuid },
    create: { spec, ifExists: 'fail' },
    removes: [],
    tableDirectory: directory,
    schemaId: 0,
    specId: 0,
    fragments: [{ task: 'task', attempt: 1, files }],
    idempotencyKey: key,
    stream: null,
  };
  return { run: () => arena.run({ operationId: key, kind: 'commit_write', write }), after: (before) => add(before, spec.name.name) };
}

function prepareCreateEmpty(arena: Arena, key: string): Promise<ReadyChange> {
  const spec = tableSpec(`empty_${key}`);
  return Promise.resolve({
    run: () => arena.run({ operationId: key, kind: 'create_table', spec, ifExists: 'fail' }),
    after: (before) => ({ ...before, [spec.name.name]: 0 }),
  });
}

function prepareCreateView(arena: Arena, key: string): Promise<ReadyChange> {
  const { name } = tableSpec(`view_${key}`);
  const view = { name, sql: 'SELECT 1', defaultSchema: 'main', columnNames: null, comment: null };
  return Promise.resolve({
    run: () => arena.run({ operationId: key, kind: 'create_view', view, ifExists: 'fail' }),
    after: (before) => ({ ...before, [name.name]: 0 }),
  });
}

function prepareCreateStream(arena: Arena, key: string): Promise<ReadyChange> {
  const result = tableSpec(`stream_${key}`);
  const stream = { result, late: null, sql: 'SELECT 1', defaultSchema: 'main', timeZone: 'UTC', fingerprint: 'f' };
  return Promise.resolve({
    run: () => arena.run({ operationId: key, kind: 'create_stream', stream }),
    after: (before) => ({ ...before, [result.name.name]: 0 }),
  });
}

async function prepareDrop(arena: Arena, key: string): Promise<ReadyChange> {
  const { name } = tableSpec(`empty_${key}`);
  await arena.run({ operationId: `${key}-make`, kind: 'create_table', spec: tableSpec(name.name), ifExists: 'fail' });
  const run = async (): Promise<void> => {
    await arena.run({ operationId: key, kind: 'drop_relation', relation: 'table', name, ifExists: true });
    await arena.run({ operationId: `${key}-sweep`, kind: 'sweep', olderThanMs: -1 });
  };
  return { run, after: (before) => Object.fromEntries(Object.entries(before).filter(([other]) => other !== name.name)) };
}

/** Two tables are appended to and one has rows replaced, by writes that are staged one upon the other. */
async function prepareTransaction(arena: Arena, key: string): Promise<ReadyChange> {
  const { parts, template } = arena;
  const bases = new Map(['a', 'b'].map((name) => [name, parts.store.relation({ schema: 'main', name })?.metadataLocation ?? '']));
  const baseSnapshots = new Map<string, string | null>();
  for (const [name, base] of bases) {
    baseSnapshots.set(name, (await parts.metadata.table(base)).current?.snapshotId.toString() ?? null);
  }
  const stage = (name: string, step: string, more: Partial<StagedWrite> = {}) =>
    stageCopy(parts, template, { name, idempotencyKey: `${key}-${name}-${step}`, ...more });
  const first = await stage('a', '1');
  const removes = first.fragments.flatMap(({ files }) => files.map(({ uri }) => uri));
  const writes = { a: [first, await stage('a', '2', { goal: 'rewrite', removes }), await stage('a', '3')], b: [await stage('b', '1')] };
  const run = async (): Promise<void> => {
    const tables: StagedTable[] = [];
    for (const [name, steps] of Object.entries(writes)) {
      tables.push(await stageTable(arena, name, bases.get(name) ?? '', baseSnapshots.get(name) ?? null, steps));
    }
    await arena.run({ operationId: `${key}-commit`, kind: 'commit_transaction', transactionId: key, tables });
  };
  return { run, after: (before) => add(add(before, 'a', 'b'), 'a') };
}

async function stageTable(
  arena: Arena,
  name: string,
  base: string,
  baseSnapshotId: string | null,
  writes: readonly StagedWrite[],
): Promise<StagedTable> {
  let last: StagedMetadata | null = null;
  for (const write of writes) {
    const request = { kind: 'stage_write', write, base: last?.location ?? base, continues: last !== null } as const;
    last = (await arena.run({ operationId: write.idempotencyKey, ...request })) as StagedMetadata;
  }
  assert(last !== null, 'there is a write');
  const staged = { staged: last.location, stagedSnapshotId: last.result.snapshotId };
  return { table: arena.tableRef(name), base, baseSnapshotId, ...staged, writes, rows: writes.length * FILE_ROWS };
}

async function prepareCheckpoint(arena: Arena, key: string): Promise<ReadyChange> {
  const { parts, template, stream } = arena;
  const sequence = (parts.store.stream(stream.table.uuid)?.checkpoint?.sequence ?? 0) + 1;
  const request = await stageCheckpoint(parts, template, stream.table, { sequence, transactionId: key });
  return {
    run: () => arena.run(request),
    after: (before) => add(before, 'v', 'v_late'),
  };
}
