import { type BoundQuery, type ParquetSplit, type ScanNode, scansOf, type TableSource } from '../../spi/index.ts';
import { splitMark } from './child-message.ts';

/** A scan and the pieces of its table. */
export interface ScanSplits {
  readonly scan: ScanNode;
  readonly splits: readonly ParquetSplit[];
}

/** What the scans of a query read, in the order of `walkPlan`. */
export interface PlannedScans {
  readonly scans: readonly ScanSplits[];
  /** Rows and bytes before any filter. */
  readonly rows: number;
  readonly bytes: number;
}

/** Asks the host which files each scan of a query reads.
 *  @throws CATALOG_UNKNOWN_TABLE, CATALOG_UNKNOWN_SNAPSHOT, STORAGE_CORRUPT */
export async function planScans(query: BoundQuery, tables: TableSource): Promise<PlannedScans> {
  const nodes = scansOf(query.plan.root);
  const plans = await Promise.all(nodes.map((node) => tables.plan({ ...node, columnNames: true })));
  return {
    scans: nodes.map((scan, index) => ({ scan, splits: plans[index]?.splits ?? [] })),
    rows: plans.reduce((sum, plan) => sum + plan.rows, 0),
    bytes: plans.reduce((sum, plan) => sum + plan.bytes, 0),
  };
}

/** Yields a mark and the frames of each split, one split after the other; pulls no faster than it is pulled. */
export async function* readScans(
  { scans }: PlannedScans,
  tables: TableSource,
  signal: AbortSignal,
  onRows: (rows: number) => void,
): AsyncGenerator<Uint8Array> {
  for (const [position, { scan, splits }] of scans.entries()) {
    for (const split of splits) {
      yield splitMark(position);
      yield* tables.read(split, scan.columns, signal);
      onRows(split.rows);
    }
  }
}
