import { mkdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import olap from '../../../../engines/olap/index.ts';
import { type Engine, type Field, type PartitionSpec, PlatformError, type StagingArea } from '../../../../spi/index.ts';
import { as, BIGINT, call, col, INTEGER, key, lit, plan, project, scan, sort, VARCHAR } from '../../../support/plan-builder.ts';
import { processesBelow } from '../../../support/process-tree.ts';
import { bound, createParquetTables, type ParquetTables } from '../../../support/parquet-tables.ts';
import { runSql } from '../../../support/print-and-run.ts';
import { runOptions } from '../../../support/result-rows.ts';

let tables: ParquetTables;
let engine: Engine;

beforeAll(async () => {
  tables = await createParquetTables();
  await tables.add('items', "SELECT i::INTEGER AS id, 'item ' || i AS name FROM range(1000) t(i)");
  engine = await olap.create({ spares: 1, processesMax: 2 }, tables.host);
});

afterAll(async () => {
  await engine.close();
  await tables.close();
});

const items = () =>
  scan('items', [
    [1, 'id', INTEGER],
    [2, 'name', VARCHAR],
  ]);
const FIELDS: readonly Field[] = [
  { id: 1, name: 'name', type: VARCHAR, nullable: true },
  { id: 2, name: 'parity', type: INTEGER, nullable: false },
];
const UNPARTITIONED: PartitionSpec = { specId: 0, fields: [] };

async function stagingArea(name: string, partitionSpec = UNPARTITIONED): Promise<StagingArea & { readonly directory: string }> {
  const directory = join(tables.directory, 'staging', name);
  await mkdir(directory, { recursive: true });
  return {
    directory,
    fields: FIELDS,
    target: () => Promise.resolve({ directory, fields: FIELDS, partitionSpec, fileSizeBytesTarget: 64 * 2 ** 20 }),
    append: () => Promise.reject(new PlatformError('ENGINE_UNSUPPORTED', 'the engine writes Parquet itself')),
  };
}

const staged = () => plan(project(items(), as(10, col(2, VARCHAR)), as(11, call('modulo', [col(1), lit(2)], INTEGER))));

test('a write stages the rows as Parquet files with field ids and statistics', async () => {
  const staging = await stagingArea('plain');
  const [fragment] = await engine.write(bound(staged()), staging, runOptions());
  const files = fragment?.files ?? [];
  expect(files.reduce((sum, file) => sum + file.rows, 0)).toBe(1000);
  const paths = files.map((file) => `'${fileURLToPath(file.uri)}'`).join(', ');
  expect(await runSql(`SELECT count(*), sum(parity), min(name) FROM read_parquet([${paths}])`)).toEqual([['1000', '500', 'item 0']]);
  expect(await runSql(`SELECT DISTINCT name, field_id FROM parquet_schema([${paths}]) WHERE field_id IS NOT NULL ORDER BY 2`)).toEqual([
    ['name', '1'],
    ['parity', '2'],
  ]);
  expect(files[0]?.columns.find((column) => column.fieldId === 2)).toMatchObject({ lowerBound: '0', upperBound: '1', nullCount: 0 });
});

test('a write puts each partition into files of its own', async () => {
  const spec: PartitionSpec = { specId: 1, fields: [{ sourceId: 2, fieldId: 1000, name: 'parity', transform: { kind: 'identity' } }] };
  const [fragment] = await engine.write(bound(staged()), await stagingArea('partitioned', spec), runOptions());
  expect((fragment?.files ?? []).map((file) => [file.partition[0], file.rows]).toSorted()).toEqual([
    ['0', 500],
    ['1', 500],
  ]);
});

test('a sorted write keeps its order', async () => {
  const sorted = plan(sort(project(items(), as(10, col(2, VARCHAR)), as(11, col(1))), key(col(11), true)));
  const [fragment] = await engine.write(bound(sorted), await stagingArea('sorted'), runOptions());
  const path = fileURLToPath(fragment?.files[0]?.uri ?? '');
  expect(await runSql(`SELECT parity FROM read_parquet('${path}') LIMIT 2`)).toEqual([[999], [998]]);
});

test('a write that fails says why and leaves the engine usable', async () => {
  const bad = plan(
    project(items(), as(10, col(2, VARCHAR)), as(11, { kind: 'cast', argument: col(2, VARCHAR), safe: false, type: INTEGER })),
  );
  await expect(engine.write(bound(bad), await stagingArea('bad'), runOptions())).rejects.toMatchObject({ code: 'SQL_INVALID_VALUE' });
  const nulls = plan(project(items(), as(10, col(2, VARCHAR)), as(11, lit(null, INTEGER))));
  await expect(engine.write(bound(nulls), await stagingArea('nulls'), runOptions())).rejects.toMatchObject({ code: 'SQL_INVALID_VALUE' });
  await expect(engine.write(bound(staged()), await stagingArea('after'), runOptions())).resolves.toHaveLength(1);
});

test('a write ends at its deadline and when it is cancelled', async () => {
  const late = engine.write(bound(slow()), await stagingArea('late'), runOptions({ deadlineAtMs: Date.now() + 200 }));
  await expect(late).rejects.toMatchObject({ code: 'RESOURCE_DEADLINE' });
  const signal = AbortSignal.timeout(200);
  await expect(engine.write(bound(slow()), await stagingArea('cancelled'), runOptions({ signal }))).rejects.toMatchObject({
    code: 'ENGINE_CANCELLED',
  });
});

const writers = (): readonly number[] => processesBelow(process.pid, 'trivium-olap-writer');
const isNotIn = (pids: readonly number[]) => (pid: number) => !pids.includes(pid);
/** Units: milliseconds that a process may take to be noticed or started on a busy machine. */
const NOTICED = { timeout: 30_000, interval: 20 };

test('writer processes serve one write after another, each in its own folder', async () => {
  await engine.write(bound(staged()), await stagingArea('warm'), runOptions());
  await vi.waitFor(() => expect(writers()).toHaveLength(2), NOTICED);
  const before = writers();
  for (const name of ['reuse_1', 'reuse_2', 'reuse_3']) {
    const staging = await stagingArea(name);
    const [fragment] = await engine.write(bound(staged()), staging, runOptions());
    const folders = (fragment?.files ?? []).map(({ uri }) => dirname(fileURLToPath(uri)));
    expect(new Set(folders)).toEqual(new Set([staging.directory]));
  }
  expect(writers()).toEqual(before);
});

test('a writer process in which a write failed is not used again', async () => {
  await vi.waitFor(() => expect(writers()).toHaveLength(2), NOTICED);
  const before = writers();
  const bad = plan(
    project(items(), as(10, col(2, VARCHAR)), as(11, { kind: 'cast', argument: col(2, VARCHAR), safe: false, type: INTEGER })),
  );
  await expect(engine.write(bound(bad), await stagingArea('bad_again'), runOptions())).rejects.toMatchObject({ code: 'SQL_INVALID_VALUE' });
  await vi.waitFor(() => expect(before.filter(isNotIn(writers()))).toHaveLength(1), NOTICED);
});

test('a writer process that was killed is not used again, and its write says that it was lost', async () => {
  await vi.waitFor(() => expect(writers().length).toBeGreaterThan(0), NOTICED);
  const killed: number[] = [];
  const killAll = setInterval(() => {
    // Whichever of them runs the write.
    for (const pid of writers()) {
      killed.push(pid);
      process.kill(pid, 'SIGKILL');
    }
  }, 50);
  const lost = engine.write(bound(slow()), await stagingArea('killed'), runOptions());
  await expect(lost).rejects.toMatchObject({ code: 'ENGINE_LOST' });
  clearInterval(killAll);
  await vi.waitFor(() => expect(writers().filter(isNotIn(killed))).not.toHaveLength(0), NOTICED);
  await expect(engine.write(bound(staged()), await stagingArea('after_kill'), runOptions())).resolves.toHaveLength(1);
  expect(writers().filter((pid) => killed.includes(pid))).toEqual([]);
});

const slow = () =>
  plan(
    project(
      {
        kind: 'join',
        joinType: 'inner',
        left: items(),
        right: series(),
        condition: call('lt', [call('length', [col(2, VARCHAR)], BIGINT), col(9, BIGINT)]),
        lateral: false,
      },
      as(10, col(2, VARCHAR)),
      as(11, col(1)),
    ),
  );

const series = () => ({
  kind: 'table_function' as const,
  function: 'range',
  arguments: [lit('10000000', BIGINT)],
  columns: [{ id: 9, name: 's', type: BIGINT, nullable: false }],
});
