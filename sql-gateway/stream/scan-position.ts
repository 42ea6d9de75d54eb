import type { ParquetSplit, RowDelete, ScanNode, TableSource } from '../../spi/index.ts';

/** How far a scan of a stream has read its table. */
export interface ScanPosition {
  readonly scan: ScanNode;
  /** Null before the first snapshot. */
  readonly snapshotId: string | null;
  /** The files of that snapshot by location. */
  readonly files: ReadonlyMap<string, ParquetSplit>;
}

/** What leads from one snapshot to another. */
export interface FileChanges {
  readonly removed: readonly ParquetSplit[];
  readonly added: readonly ParquetSplit[];
}

/** Lists the files of a scan's table at a snapshot. The scan's filter is left to the plan: its rows come and go with their files.
 *  @throws CATALOG_UNKNOWN_TABLE, CATALOG_UNKNOWN_SNAPSHOT, STORAGE_CORRUPT */
export async function readPosition(tables: TableSource, scan: ScanNode, snapshotId: string | null): Promise<ScanPosition> {
  if (snapshotId === null) return { scan, snapshotId, files: new Map() };
  const { splits } = await tables.plan({ ...scan, snapshotId, filter: null, deletes: true, columnNames: true });
  return { scan, snapshotId, files: new Map(splits.map((split) => [split.uri, split])) };
}

/** Returns the files that are part of one position only, and of files that are part of both the rows that deletes of one position alone take away. */
export function changesBetween(from: ScanPosition, to: ScanPosition): FileChanges {
  return { removed: rowsOfFirstAlone(from, to), added: rowsOfFirstAlone(to, from) };
}

function rowsOfFirstAlone(first: ScanPosition, second: ScanPosition): readonly ParquetSplit[] {
  return [...first.files.values()].flatMap((split) => {
    const other = second.files.get(split.uri);
    if (other === undefined) return [split];
    const shared = new Set(split.deletes.map(deleteKey));
    const deletedBy = other.deletes.filter((each) => !shared.has(deleteKey(each)));
    return deletedBy.length === 0 ? [] : [{ ...split, deletedBy }];
  });
}

/** Delete files never change, so what they are is where they are. */
const deleteKey = (each: RowDelete): string => (each.kind === 'vector' ? `${each.uri}#${String(each.offset)}` : each.uri);
