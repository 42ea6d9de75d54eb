import type { BoundQuery, PlanColumn } from '../../spi/index.ts';
import { fingerprint } from './fingerprint.ts';
import { mapPlanNodes } from './map-plan-nodes.ts';

/** Returns the query with one of its scans, told by its columns, reading only the data files given. Other scans of the same table stay as they are. */
export function restrictScan(query: BoundQuery, columns: readonly PlanColumn[], files: readonly string[]): BoundQuery {
  const ids = new Set(columns.map((column) => column.id));
  const root = mapPlanNodes(query.plan.root, (node) =>
    node.kind === 'scan' && node.columns.some((column) => ids.has(column.id)) ? { ...node, files } : node,
  );
  const plan = { ...query.plan, root };
  return { ...query, plan, fingerprint: fingerprint(plan, query.parameters, query.session.timeZone) };
}
