import { readFileSync, writeFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readRows } from '../../../runtime/arrow/index.ts';
import { openDatabase } from '../../../runtime/duckdb/index.ts';
import { cutFiles } from '../../../engines/batch/run/cut-files.ts';
import { deletesOf } from '../../../engines/duckdb/file-deletes.ts';
import type { ScanInput } from '../../../engines/duckdb/query-message.ts';
import { scanSource } from '../../../engines/duckdb/scan-source.ts';
import { assert, locationToPath, type ParquetSplit, type ScanNode, type TableSource } from '../../../spi/index.ts';
import { changesBetween, readPosition } from '../../../sql-gateway/stream/scan-position.ts';
import { seededRandom } from '../../../tck/truth/seeded-random.ts';
import type { ForeignTable } from '../../support/foreign-table.ts';
import { type DataWorkbench, openWorkbench } from '../../unit/storage/data/fixture/data-workbench.ts';
import { type DeleteHistory, randomHistory } from './delete-history.ts';

/** Reads a table at a snapshot by one of the ways that engines have, as sorted texts of rows. */
type Reading = (table: ForeignTable, source: TableSource, snapshotId: string) => Promise<readonly string[]>;

let bench: DataWorkbench;
const database = openDatabase();
const connection = database.connect();

beforeAll(async () => {
  bench = await openWorkbench();
});
afterAll(async () => {
  await bench.close();
  await database.close();
});

const textOf = (row: Readonly<Record<string, unknown>>): string =>
  JSON.stringify(Object.values(row).map((value) => (typeof value === 'bigint' ? Number(value) : value)));

async function inDuckdb(
  table: ForeignTable,
  input: (splits: readonly ParquetSplit[]) => readonly ScanInput[],
  splits: readonly ParquetSplit[],
): Promise<readonly string[]> {
  const node: ScanNode = { kind: 'scan', ...table.request() };
  const rows: string[] = [];
  for (const each of input(splits)) rows.push(...(await connection.queryRows(`SELECT * FROM ${scanSource(node, each, 't')}`)).map(textOf));
  return rows.sort();
}

const wholeInput = (splits: readonly ParquetSplit[]): ScanInput => ({
  files: splits.map(({ uri }) => locationToPath(uri)),
  byFieldId: splits.some(({ matchesSchema }) => !matchesSchema),
  residual: null,
  ...deletesOf(splits, []),
});

const olap: Reading = async (table, source, snapshotId) =>
  inDuckdb(table, (splits) => [wholeInput(splits)], (await source.plan(table.request(snapshotId))).splits);

const batch: Reading = async (table, source, snapshotId) => {
  const { splits } = await source.plan(table.request(snapshotId));
  const files = splits.map(({ uri, rows, bytes }) => ({ path: locationToPath(uri), rows, bytes }));
  return inDuckdb(table, () => cutFiles(files, 5).map((piece) => ({ ...wholeInput(splits), ...piece })), splits);
};

const host: Reading = async (table, source, snapshotId) => {
  const rows: string[] = [];
  for (const split of (await source.plan(table.request(snapshotId))).splits) rows.push(...(await readSplit(table, source, split)));
  return rows.sort();
};

async function readSplit(table: ForeignTable, source: TableSource, split: ParquetSplit): Promise<readonly string[]> {
  const frames: Uint8Array[] = [];
  for await (const frame of source.read(split, table.columns)) frames.push(Uint8Array.from(frame));
  return readRows(frames).map(textOf);
}

/** Returns the first snapshot at which a reading differs from the model, null when none does. */
async function differenceOf(
  reading: Reading,
  seed: number,
  change: (plan: ParquetSplit) => ParquetSplit = (split) => split,
  format: 2 | 3 = 2,
): Promise<string | null> {
  const history: DeleteHistory = await randomHistory(seededRandom(seed), bench.directory, format);
  try {
    const plain = history.table.source(bench.service);
    const source: TableSource = {
      ...plain,
      plan: async (request) => {
        const plan = await plain.plan(request);
        return { ...plan, splits: plan.splits.map(change) };
      },
    };
    for (const { snapshotId, rows } of history.snapshots) {
      const found = await reading(history.table, source, snapshotId);
      if (JSON.stringify(found) !== JSON.stringify(rows))
        return `seed ${String(seed)} snapshot ${snapshotId}: ${found.join(' ')} instead of ${rows.join(' ')}`;
    }
    return null;
  } finally {
    history.table.remove();
  }
}

/** Follows a table from snapshot to snapshot by the rows that come and go, as a stream does; returns the first snapshot at which they do not add up. */
async function followDifference(seed: number, format: 2 | 3): Promise<string | null> {
  const { table, snapshots } = await randomHistory(seededRandom(seed), bench.directory, format);
  try {
    const source = table.source(bench.service);
    const scan: ScanNode = { kind: 'scan', ...table.request() };
    const counts = new Map<string, number>();
    let position = await readPosition(source, scan, null);
    for (const { snapshotId, rows } of snapshots) {
      const next = await readPosition(source, scan, snapshotId);
      const { removed, added } = changesBetween(position, next);
      for (const [splits, change] of [[removed, -1] as const, [added, 1] as const]) {
        for (const split of splits)
          for (const row of await readSplit(table, source, split)) counts.set(row, (counts.get(row) ?? 0) + change);
      }
      const found = [...counts].flatMap(([row, count]) => Array.from({ length: count }, () => row)).sort();
      if ([...counts.values()].some((count) => count < 0) || JSON.stringify(found) !== JSON.stringify(rows))
        return `seed ${String(seed)} snapshot ${snapshotId}`;
      position = next;
    }
    return null;
  } finally {
    table.remove();
  }
}

async function historyWithVector(): Promise<DeleteHistory> {
  for (let seed = 1; ; seed += 1) {
    const history = await randomHistory(seededRandom(seed), bench.directory, 3);
    const { splits } = await history.table.source(bench.service).plan(history.table.request());
    if (splits.some(({ deletes }) => deletes.some(({ kind }) => kind === 'vector'))) return history;
    history.table.remove();
  }
}

describe('a random history of appends, position deletes, deletion vectors and equality deletes', () => {
  it.each([
    ['the scan of the engines over DuckDB', 2, olap, 15],
    ['pieces of files, as tasks read them', 2, batch, 10],
    ['splits that the host decodes', 2, host, 3],
    ['the scan of the engines over DuckDB', 3, olap, 15],
    ['pieces of files, as tasks read them', 3, batch, 8],
    ['splits that the host decodes', 3, host, 3],
  ] as const)(
    'is read by %s in format version %d as a naive model has it, at every snapshot',
    async (_name, format, reading, runs) => {
      for (let seed = 1; seed <= runs; seed += 1) expect(await differenceOf(reading, seed, undefined, format)).toBeNull();
    },
    240_000,
  );

  it('is followed by the rows that come and go, whose deletes retract exactly the rows that they take', async () => {
    for (let seed = 101; seed <= 103; seed += 1) expect(await followDifference(seed, 2)).toBeNull();
    for (let seed = 104; seed <= 107; seed += 1) expect(await followDifference(seed, 3)).toBeNull();
  }, 240_000);

  it('is refused by every reading once a byte of a deletion vector has changed', async () => {
    const { table } = await historyWithVector();
    try {
      const source = table.source(bench.service);
      const vector = (await source.plan(table.request())).splits.flatMap(({ deletes }) => deletes).find(({ kind }) => kind === 'vector');
      assert(vector?.kind === 'vector', 'the history has a vector');
      const path = locationToPath(vector.uri);
      const bytes = readFileSync(path);
      const at = vector.offset + vector.length - 6;
      writeFileSync(path, bytes.fill((bytes[at] ?? 0) ^ 1, at, at + 1));
      for (const reading of [olap, batch, host]) {
        await expect(reading(table, source, table.snapshotId ?? '')).rejects.toMatchObject({ code: 'STORAGE_CORRUPT' });
      }
    } finally {
      table.remove();
    }
  }, 120_000);

  it.each([
    ['all deletes', (split: ParquetSplit) => ({ ...split, deletes: [] })],
    ['positions', (split: ParquetSplit) => ({ ...split, deletes: split.deletes.filter(({ kind }) => kind !== 'position') })],
    ['equality', (split: ParquetSplit) => ({ ...split, deletes: split.deletes.filter(({ kind }) => kind !== 'equality') })],
    ['deletion vectors', (split: ParquetSplit) => ({ ...split, deletes: split.deletes.filter(({ kind }) => kind !== 'vector') })],
  ])(
    'is read wrongly when %s are forgotten',
    async (_name, change) => {
      const found: (string | null)[] = [];
      for (let seed = 1; seed <= 10 && !found.some((each) => each !== null); seed += 1)
        found.push(await differenceOf(olap, seed, change, 3));
      expect(found.some((each) => each !== null)).toBe(true);
    },
    120_000,
  );
});
