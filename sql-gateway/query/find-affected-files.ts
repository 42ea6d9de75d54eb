import type { ParquetSplit } from '../../spi/index.ts';

/** Files that hold rows which a statement deletes or changes. */
export interface AffectedFiles {
  /** Rows meant, in all files together. */
  readonly rows: number;
  /** Files of which every row is meant. */
  readonly whole: readonly ParquetSplit[];
  /** Files with rows that are not meant; a few of them may hold no row that is. */
  readonly partial: readonly ParquetSplit[];
}

/** Counts that are made at most: they cost time too, and rewriting a file that holds no row meant does no harm. */
const COUNTS_MAX = 32;

interface Group {
  readonly files: readonly ParquetSplit[];
  readonly rows: number;
}

/** Finds among candidates the files that hold rows meant, by counting those rows in halves of halves.
 *  `count` returns the number of rows meant in the files given. */
export async function findAffectedFiles(
  candidates: readonly ParquetSplit[],
  count: (files: readonly ParquetSplit[]) => Promise<number>,
): Promise<AffectedFiles> {
  if (candidates.length === 0) return { rows: 0, whole: [], partial: [] };
  const total = await count(candidates);
  const whole: ParquetSplit[] = [];
  const partial: ParquetSplit[] = [];
  const pending: Group[] = [{ files: candidates, rows: total }];
  let counts = 1;
  for (let group = pending.shift(); group !== undefined; group = pending.shift()) {
    const { files, rows } = group;
    if (rows === 0) continue;
    if (rows === sumRows(files)) whole.push(...files);
    else if (files.length === 1 || counts === COUNTS_MAX) partial.push(...files);
    else {
      const [left, right] = [files.slice(0, files.length >> 1), files.slice(files.length >> 1)];
      const leftRows = await count(left);
      counts += 1;
      pending.push({ files: left, rows: leftRows }, { files: right, rows: rows - leftRows });
    }
  }
  return { rows: total, whole, partial };
}

/** Returns the number of rows in files. */
export function sumRows(files: readonly { readonly rows: number }[]): number {
  return files.reduce((sum, file) => sum + file.rows, 0);
}
