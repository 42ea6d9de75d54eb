import {
  type BoundQuery,
  type Expression,
  hasSubquery,
  locationToPath,
  type LogicalPlan,
  mapSubqueries,
  type PlanNode,
  type ScanNode,
  type ScanPlan,
  scansOf,
  type TableSource,
} from '../../spi/index.ts';
import { deletesOf } from '../duckdb/file-deletes.ts';
import { partNamesOf } from '../duckdb/part-names.ts';
import type { FileColumnNames, FileDeletes, FilePartNames, MissingValues } from '../duckdb/query-message.ts';
import { replaceLeaves } from './stage/replace-leaves.ts';

/** A Parquet file that a scan reads. */
export interface InputFile {
  readonly path: string;
  readonly rows: number;
  readonly bytes: number;
}

/** What a scan reads. */
export interface TableInput {
  readonly files: readonly InputFile[];
  /** What takes rows of the files away; nothing when left out. */
  readonly deletes?: FileDeletes;
  /** True when the files' columns must be found by field id. */
  readonly byFieldId: boolean;
  readonly columnNames?: FileColumnNames;
  readonly partNames?: FilePartNames;
  readonly missingValues?: MissingValues;
  /** What the rows must still meet; without subqueries. */
  readonly residual: Expression | null;
  readonly rows: number;
  readonly bytes: number;
}

/** A query with what its scans read. */
export interface PlannedInputs {
  /** The query's plan; conditions of scans that hold subqueries have become filters above them. */
  readonly plan: LogicalPlan;
  readonly inputs: ReadonlyMap<ScanNode, TableInput>;
  /** Rows and bytes of all files before residuals. */
  readonly rows: number;
  readonly bytes: number;
}

/** Asks the host which files each scan of a query reads.
 *  @throws CATALOG_UNKNOWN_TABLE, CATALOG_UNKNOWN_SNAPSHOT, STORAGE_CORRUPT */
export async function planInputs(query: BoundQuery, tables: TableSource): Promise<PlannedInputs> {
  const scans = scansOf(query.plan.root);
  const plans = await Promise.all(scans.map((scan) => tables.plan({ ...scan, columnNames: true })));
  const found = new Map(scans.map((scan, index) => [scan, plans[index]]));
  const inputs = new Map<ScanNode, TableInput>();
  const hoist = (leaf: PlanNode): PlanNode => {
    const plan = leaf.kind === 'scan' ? found.get(leaf) : undefined;
    if (leaf.kind !== 'scan' || plan === undefined) return leaf;
    if (plan.residual === null || !hasSubquery(plan.residual)) {
      inputs.set(leaf, tableInput(leaf, plan, plan.residual));
      return leaf;
    }
    const bare: ScanNode = { ...leaf, filter: null };
    inputs.set(bare, tableInput(leaf, plan, null));
    return { kind: 'filter', input: bare, predicate: mapSubqueries(plan.residual, (inner) => replaceLeaves(inner, hoist)) };
  };
  return {
    plan: { ...query.plan, root: replaceLeaves(query.plan.root, hoist) },
    inputs,
    rows: plans.reduce((sum, plan) => sum + plan.rows, 0),
    bytes: plans.reduce((sum, plan) => sum + plan.bytes, 0),
  };
}

function tableInput(scan: ScanNode, plan: ScanPlan, residual: Expression | null): TableInput {
  return {
    files: plan.splits.map((split) => ({ path: locationToPath(split.uri), rows: split.rows, bytes: split.bytes })),
    byFieldId: plan.splits.some((split) => !split.matchesSchema),
    ...partNamesOf(plan),
    residual,
    ...deletesOf(plan.splits, scan.columns),
    rows: plan.rows,
    bytes: plan.bytes,
  };
}
