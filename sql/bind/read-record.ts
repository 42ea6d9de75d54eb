import type { Expression as PlanExpression, PlanColumn, PlanNode, RelationName } from '../../spi/index.ts';
import type { SourceText } from './bind-error.ts';

/** A plan, and those of its columns that are the result. */
interface Rows {
  readonly plan: PlanNode;
  readonly columns: readonly PlanColumn[];
}

/** What a relation is that a statement names. */
export type RelationKind = 'table' | 'materialized_view' | 'view' | 'virtual' | 'file' | 'outside_table';

/** A column of a relation that is used; those of tables have field ids. */
export type UsedColumn = Pick<PlanColumn, 'id' | 'name'> & { readonly fieldId?: number };

/** One use of a relation by name. */
export interface RelationUse {
  readonly kind: RelationKind;
  /** Empty for a file; `catalog.schema` for a table of an outside database. */
  readonly schema: string;
  readonly name: string;
  /** The view in whose text the relation is named, as `schema.name`; null in the statement's own text. */
  readonly via: string | null;
  /** What the use was bound to; null for a file. */
  readonly plan: PlanNode | null;
  readonly columns: readonly UsedColumn[];
  /** True for the table whose rows are changed: it is read when one of its columns is. */
  readonly isTarget: boolean;
}

/** What the binder alone knows about what a statement reads. It grows while binding goes on. */
export interface ReadRecord {
  readonly uses: RelationUse[];
  /** Whole queries, before any rule of the plan. */
  readonly queries: Rows[];
  /** Expressions beside queries: conditions and values of changes, and what was folded into a constant. */
  readonly expressions: PlanExpression[];
  /** Functions that left no trace in a plan. */
  readonly functions: Set<string>;
  /** Columns that a projection of the binder's own carries along, with the columns below that they stand for: one is read when the other is. */
  readonly carried: Map<number, number>;
  /** Expressions of filters and masks, which read on behalf of who set them, not of who runs the statement. */
  readonly policyExpressions: PlanExpression[];
  /** Columns that are read by way of a mask. */
  readonly maskedColumns: number[];
  /** Columns of the target that the text names. */
  readonly writtenColumns: Set<string>;
  /** What puts out the statement's columns, before any rule of the plan. */
  result: Rows | null;
}

/** Makes an empty record. */
export function createReadRecord(): ReadRecord {
  return {
    uses: [],
    queries: [],
    expressions: [],
    functions: new Set(),
    carried: new Map(),
    policyExpressions: [],
    maskedColumns: [],
    writtenColumns: new Set(),
    result: null,
  };
}

/** Notes that a relation is used where binding stands. */
export function noteUse(
  state: { readonly reads: ReadRecord; readonly source: SourceText },
  kind: RelationKind,
  { catalog, schema: ownSchema, name }: RelationName,
  { plan, columns }: { readonly plan: PlanNode; readonly columns: readonly UsedColumn[] },
  isTarget = false,
): void {
  const schema = catalog === undefined ? ownSchema : `${catalog}.${ownSchema}`;
  state.reads.uses.push({ kind, schema, name, via: state.source.view?.name ?? null, plan, columns, isTarget });
}
