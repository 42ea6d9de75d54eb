import { isLineageColumn, isPlaceColumn, locationToPath, type ParquetSplit, type RowDelete, type ScanColumn } from '../../spi/index.ts';
import type { FileDeletes } from './query-message.ts';

/** Returns what takes rows of splits away, as a part of a scan's input; nothing when they have no deletes. Of a scan that tells where rows lie, or
 *  their lineage, all files are listed, those without deletes too. */
export function deletesOf(splits: readonly ParquetSplit[], columns: readonly ScanColumn[]): { readonly deletes?: FileDeletes } {
  const tellsPlace = columns.some((column) => isPlaceColumn(column) || isLineageColumn(column));
  const lists = new Map<readonly RowDelete[], number>();
  const files = splits.flatMap(({ uri, rows, deletes, lineage }) => {
    if (deletes.length === 0 && !tellsPlace) return [];
    const list = lists.get(deletes) ?? lists.size;
    lists.set(deletes, list);
    const file = { path: locationToPath(uri), location: uri, rows, list };
    return [lineage === undefined ? file : { ...file, lineage }];
  });
  return files.length === 0 ? {} : { deletes: { lists: [...lists.keys()], files } };
}

/** Returns the part of the deletes that belongs to some of the files. */
export function deletesWithin(deletes: FileDeletes | undefined, paths: ReadonlySet<string>): { readonly deletes?: FileDeletes } {
  const files = deletes?.files.filter(({ path }) => paths.has(path)) ?? [];
  if (deletes === undefined || files.length === 0) return {};
  const used = [...new Set(files.map(({ list }) => list))];
  const position = new Map(used.map((list, index) => [list, index]));
  return {
    deletes: {
      lists: used.map((list) => deletes.lists[list] ?? []),
      files: files.map((file) => ({ ...file, list: position.get(file.list) ?? 0 })),
    },
  };
}
