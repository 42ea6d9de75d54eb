import { describe, expect, it } from 'vitest';
import type { ParquetSplit } from '../../../../spi/index.ts';
import { findAffectedFiles } from '../../../../sql-gateway/query/find-affected-files.ts';

/** Files of ten rows each, with the number of rows meant in each. */
function filesWith(meant: readonly number[]) {
  const files = meant.map(
    (_, index): ParquetSplit => ({
      kind: 'parquet',
      uri: `file:///${String(index)}`,
      rows: 10,
      bytes: 1,
      matchesSchema: true,
      partition: {},
      deletes: [],
    }),
  );
  const asked: number[] = [];
  const count = (group: readonly ParquetSplit[]): Promise<number> => {
    asked.push(group.length);
    return Promise.resolve(group.reduce((sum, file) => sum + (meant[files.indexOf(file)] ?? 0), 0));
  };
  return { files, count, asked };
}

const names = (files: readonly ParquetSplit[]): readonly number[] =>
  files.map((file) => Number(file.uri.slice('file:///'.length))).sort((a, b) => a - b);

describe('the files that a statement concerns', () => {
  it('are none when no row is meant, after one count', async () => {
    const { files, count, asked } = filesWith([0, 0, 0, 0]);
    expect(await findAffectedFiles(files, count)).toEqual({ rows: 0, whole: [], partial: [] });
    expect(asked).toEqual([4]);
  });

  it('are none without candidates, and nothing is counted', async () => {
    const { count, asked } = filesWith([]);
    expect(await findAffectedFiles([], count)).toEqual({ rows: 0, whole: [], partial: [] });
    expect(asked).toEqual([]);
  });

  it('are told apart into those of which all rows are meant and others', async () => {
    const { files, count } = filesWith([0, 10, 3, 0, 10, 10, 0, 1]);
    const found = await findAffectedFiles(files, count);
    expect(found.rows).toBe(34);
    expect(names(found.whole)).toEqual([1, 4, 5]);
    expect(names(found.partial)).toEqual([2, 7]);
  });

  it('are found by few counts when few of many files hold rows meant', async () => {
    const { files, count, asked } = filesWith(Array.from({ length: 1024 }, (_, index) => (index === 700 ? 2 : 0)));
    expect(names((await findAffectedFiles(files, count)).partial)).toEqual([700]);
    expect(asked.length).toBe(11);
  });

  it('may be too many when counting further would cost too much, but never too few', async () => {
    const meant = Array.from({ length: 500 }, (_, index) => index % 2);
    const { files, count, asked } = filesWith(meant);
    const { rows, partial } = await findAffectedFiles(files, count);
    expect(rows).toBe(250);
    expect(asked.length).toBe(32);
    expect(names(partial)).toEqual(expect.arrayContaining(meant.flatMap((rowsMeant, index) => (rowsMeant > 0 ? [index] : []))));
  });
});
