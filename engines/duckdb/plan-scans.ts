import { type BoundQuery, locationToPath, type ScanNode, scansOf, type TableSource } from '../../spi/index.ts';
import { deletesOf } from './file-deletes.ts';
import { partNamesOf } from './part-names.ts';
import type { ScanInput } from './query-message.ts';

/** What the scans of a query read, in the order of `walkPlan`. */
export interface ScanInputs {
  readonly inputs: readonly ScanInput[];
  /** Rows and bytes of all files before residuals. */
  readonly rows: number;
  readonly bytes: number;
  /** Rows of each scan's files before its residual. */
  readonly rowsOf: ReadonlyMap<ScanNode, number>;
}

/** Asks the host which files each scan of a query reads.
 *  @throws CATALOG_UNKNOWN_TABLE, CATALOG_UNKNOWN_SNAPSHOT, STORAGE_CORRUPT */
export async function planScans(query: BoundQuery, tables: TableSource): Promise<ScanInputs> {
  const scans = scansOf(query.plan.root);
  const plans = await Promise.all(scans.map((scan) => tables.plan({ ...scan, columnNames: true })));
  return {
    inputs: plans.map((plan, index) => ({
      files: plan.splits.map((split) => locationToPath(split.uri)),
      byFieldId: plan.splits.some((split) => !split.matchesSchema),
      ...partNamesOf(plan),
      residual: plan.residual,
      ...deletesOf(plan.splits, scans[index]?.columns ?? []),
    })),
    rows: plans.reduce((sum, plan) => sum + plan.rows, 0),
    bytes: plans.reduce((sum, plan) => sum + plan.bytes, 0),
    rowsOf: new Map(scans.map((scan, index) => [scan, plans[index]?.rows ?? 0])),
  };
}
