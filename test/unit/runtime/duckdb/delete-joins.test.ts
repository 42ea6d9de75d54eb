import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { deleteJoins } from '../../../../runtime/duckdb/index.ts';
import { openSession } from './session.ts';

const session = openSession();
const ROWS = 5;
let folder = '';

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'trivium-delete-joins-'));
});

afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

/** Writes data files of ROWS rows each, and a delete file that names rows of them by the file's number; returns what is left, as pairs of both. */
async function rowsLeft(files: number, deleted: readonly (readonly [number, number])[]): Promise<unknown[]> {
  const { connection } = session();
  const pathOf = (file: number): string => join(folder, `data-${String(file)}.parquet`);
  for (let file = 0; file < files; file++)
    await connection.execute(`COPY (SELECT i FROM range(${String(ROWS)}) t(i)) TO '${pathOf(file)}' (FORMAT parquet)`);
  const deletes = join(folder, 'deletes.parquet');
  const listed = [...deleted, [files, 0] as const].map(([file, row]) => `('${pathToFileURL(pathOf(file)).href}', ${String(row)}::BIGINT)`);
  await connection.execute(`COPY (SELECT * FROM (VALUES ${listed.join(', ')}) v(file_path, pos)) TO '${deletes}' (FORMAT parquet)`);
  const paths = Array.from({ length: files }, (_, file) => pathOf(file));
  const joins = deleteJoins(
    paths.map((path) => ({
      location: pathToFileURL(path).href,
      rows: ROWS,
      deletes: [{ kind: 'position', uri: pathToFileURL(deletes).href, bytes: 0, rows: listed.length }],
    })),
    () => 'none',
  );
  const source = `read_parquet([${paths.map((path) => `'${path}'`).join(', ')}], file_row_number = true)`;
  const rows = await connection.queryRows(
    `SELECT d.file_index::INTEGER AS file, d.i::INTEGER AS row FROM ${source} AS d${joins.sql} ORDER BY ALL`,
  );
  return rows.map(({ file, row }) => [file, row]);
}

describe('position deletes', () => {
  it('take the rows away that they name', async () => {
    expect(
      await rowsLeft(1, [
        [0, 0],
        [0, 4],
        [0, 2],
      ]),
    ).toEqual([
      [0, 1],
      [0, 3],
    ]);
  });

  it('take nothing from a file that they do not name', async () => {
    expect(await rowsLeft(1, [])).toHaveLength(ROWS);
  });

  it('may name every row, a row twice, and rows that the file does not have', async () => {
    expect(
      await rowsLeft(1, [
        [0, 0],
        [0, 1],
        [0, 1],
        [0, 2],
        [0, 3],
        [0, 4],
        [0, 5],
        [0, 900],
      ]),
    ).toEqual([]);
  });

  it('are those of each file where several are read at once', async () => {
    expect(
      await rowsLeft(2, [
        [0, 1],
        [0, 2],
        [0, 3],
        [1, 0],
        [1, 4],
      ]),
    ).toEqual([
      [0, 0],
      [0, 4],
      [1, 1],
      [1, 2],
      [1, 3],
    ]);
  });
});
