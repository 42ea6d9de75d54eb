import {
  type BoundQuery,
  type Catalog,
  formatType,
  mapPlans,
  outputColumns,
  type PlanNode,
  PlatformError,
  readsStatementTime,
  type Refusal,
  type ScanColumn,
  type ScanNode,
  scansOf,
  type SnapshotPin,
  type StreamRecord,
  type StreamStore,
  type TableSnapshot,
  walkPlan,
} from '../../spi/index.ts';
import { fingerprint, pushDownFilters } from '../../sql/plan/index.ts';
import { bindView, type BoundView, type ViewNames } from '../stream/bound-view.ts';
import { exposedParts, locateColumns, matchPlans, type PlanMatch } from './match-view.ts';

/** A materialized view whose query is a part of the statement. */
export interface ViewConsideration {
  /** `schema.name` */
  readonly name: string;
  /** Why its rows may not answer now; null when they may. */
  readonly refusal: Refusal | null;
  /** The statement over the view's table at one snapshot; null when refused. */
  readonly query: BoundQuery | null;
}

/** Finds materialized views that hold the answer to a part of a query. */
export interface FreshViews {
  /** Returns the views whose query is a part of this one, up to and including the first that may answer. */
  consider(query: BoundQuery): Promise<readonly ViewConsideration[]>;
}

/** What the views are looked up in. */
export interface FreshViewParts extends ViewNames {
  readonly streams: Pick<StreamStore, 'list' | 'find'>;
}

/** Creates the lookup of one server. */
export function createFreshViews(parts: FreshViewParts): FreshViews {
  /** The text of a view means the same as long as it exists: its sources are tables by uuid. */
  const bound = new Map<string, BoundView | null>();
  return {
    consider: async (query) => {
      if (query.snapshots.length === 0 || !query.deterministic || readsStatementTime(query.plan)) return [];
      const records = await parts.streams.list();
      const known = new Set(records.map(({ table }) => table.uuid));
      for (const uuid of bound.keys()) if (!known.has(uuid)) bound.delete(uuid);
      const considered: ViewConsideration[] = [];
      for (const record of records) {
        const found = await considerView(query, record, parts, bound);
        if (found !== null) considered.push(found);
        if (found?.query) break;
      }
      return considered;
    },
  };
}

async function considerView(
  query: BoundQuery,
  record: StreamRecord,
  parts: FreshViewParts,
  bound: Map<string, BoundView | null>,
): Promise<ViewConsideration | null> {
  if (record.timeZone !== query.session.timeZone) return null;
  const view = await viewOf(record, parts, bound);
  const found = view === null ? null : findPart(query.plan.root, view);
  if (view === null || found === null) return null;
  const name = `${record.table.schema}.${record.table.name}`;
  const stale = refuseStale(found.match, view, record) ?? (await refuseLate(record, parts.catalog));
  if (stale !== null) return { name, refusal: stale, query: null };
  const table = await currentTable(record, parts);
  if (table === null) return { name, refusal: refuse('STREAM_STALE', 'it was just brought up to newer snapshots'), query: null };
  const columns = scanColumns(found, table);
  return columns === null ? null : { name, refusal: null, query: replacePart(query, found.node, table, columns) };
}

async function viewOf(record: StreamRecord, names: ViewNames, bound: Map<string, BoundView | null>): Promise<BoundView | null> {
  const known = bound.get(record.table.uuid);
  if (known !== undefined) return known;
  let view: BoundView | null = null;
  try {
    view = await bindView(record, names);
  } catch (error) {
    // A view whose sources have changed answers nothing; its own stream tells why.
    if (PlatformError.from(error, 'INTERNAL_INVARIANT').kind !== 'user') throw error;
  }
  const usable = view !== null && view.query.deterministic && savesWork(view) ? view : null;
  bound.set(record.table.uuid, usable);
  return usable;
}

/** Reading the view's rows instead of the table's is of use only when the view did something with them. */
function savesWork({ query }: BoundView): boolean {
  const core = exposedParts(query.plan.root, query.plan.output).at(-1)?.node;
  return core !== undefined && (core.kind !== 'scan' || core.filter !== null);
}

interface FoundPart {
  readonly node: PlanNode;
  readonly match: PlanMatch;
  /** Positions in the view's result by the ids of the node's columns. */
  readonly positions: ReadonlyMap<number, number>;
}

/** Looks for the view's rows from the top of the plan downwards: the larger part saves more. */
function findPart(root: PlanNode, { query }: BoundView): FoundPart | null {
  const parts = exposedParts(query.plan.root, query.plan.output);
  let found: FoundPart | null = null;
  walkPlan(root, {
    node: (node) => {
      for (const part of parts) {
        if (found !== null) return;
        const match = matchPlans(node, part.node);
        const positions = match === null ? null : locateColumns(node, match, part);
        if (match !== null && positions !== null) found = { node, match, positions };
      }
    },
  });
  return found;
}

function refuseStale({ scans }: PlanMatch, view: BoundView, { checkpoint }: StreamRecord): Refusal | null {
  if (checkpoint === null) return refuse('STREAM_STALE', 'it has no rows yet');
  const behind = scans.find(([ofQuery, ofView]) => {
    const offset = checkpoint.offsets[view.scans.indexOf(ofView)];
    return offset?.table.uuid !== ofQuery.table.uuid || offset.snapshotId !== ofQuery.snapshotId;
  });
  if (behind === undefined) return null;
  const { table, snapshotId } = behind[0];
  return refuse('STREAM_STALE', `it does not stand at ${table.schema}.${table.name}@${snapshotId ?? 'empty'}`);
}

async function refuseLate({ checkpoint, lateTable }: StreamRecord, catalog: Catalog): Promise<Refusal | null> {
  const late = lateTable === null ? null : await catalog.resolve(lateTable);
  const lateRows = late?.kind === 'table' && late.snapshotId !== null && late.rows !== 0;
  if (checkpoint?.lateRows === 0 && !lateRows) return null;
  return refuse('STREAM_LATE_ROWS', 'rows came too late for it, so it is not the answer over all rows');
}

/** The record and the table's pointer move in one commit: when the record is the same after the table was looked up, the two belong together. */
async function currentTable(record: StreamRecord, { streams, catalog }: FreshViewParts): Promise<TableSnapshot | null> {
  const table = await catalog.resolve(record.table);
  const after = await streams.find(record.table);
  const same = after?.table.uuid === record.table.uuid && after.checkpoint?.sequence === record.checkpoint?.sequence;
  return same && table?.kind === 'table' && table.ref.uuid === record.table.uuid ? table : null;
}

function scanColumns({ node, positions }: FoundPart, table: TableSnapshot): readonly ScanColumn[] | null {
  const columns: ScanColumn[] = [];
  for (const { id, type, nullable } of outputColumns(node)) {
    const field = table.fields[positions.get(id) ?? -1];
    const usable =
      field !== undefined && formatType(field.type) === formatType(type) && columns.every(({ fieldId }) => fieldId !== field.id);
    if (!usable) return null;
    // A file with the table's schema is read by the names of its columns.
    columns.push({ id, name: field.name, type, nullable, fieldId: field.id });
  }
  return columns;
}

function replacePart(query: BoundQuery, part: PlanNode, table: TableSnapshot, columns: readonly ScanColumn[]): BoundQuery {
  const { ref, snapshotId, schemaId } = table;
  const scan: ScanNode = { kind: 'scan', table: ref, snapshotId, schemaId, columns, filter: null };
  const plan = { ...query.plan, root: pushDownFilters(replaceNode(query.plan.root, part, scan)) };
  return {
    ...query,
    plan,
    snapshots: pinsOf(plan.root),
    fingerprint: fingerprint(plan, query.parameters, query.session.timeZone),
  };
}

function replaceNode(root: PlanNode, part: PlanNode, scan: ScanNode): PlanNode {
  return root === part ? scan : mapPlans(root, (plan) => replaceNode(plan, part, scan));
}

function pinsOf(root: PlanNode): readonly SnapshotPin[] {
  const pins = new Map<string, SnapshotPin>();
  for (const { table, snapshotId } of scansOf(root)) pins.set(`${table.uuid}@${snapshotId ?? ''}`, { table, snapshotId });
  return [...pins.values()];
}

function refuse(code: Refusal['code'], reason: string): Refusal {
  return { kind: 'refusal', code, reason };
}
