import { type EngineCapabilities, PLAN_VERSION } from '../../spi/index.ts';

/** What an engine over DuckDB takes: every node of the algebra and every function of the catalogue. */
export const DUCKDB_CAPABILITIES: EngineCapabilities = {
  statements: ['query', 'write'],
  planVersion: PLAN_VERSION,
  features: [
    ...(['scan', 'values', 'table_function', 'unnest', 'project', 'filter', 'join', 'aggregate', 'window', 'sort', 'limit'] as const),
    ...([
      'distinct',
      'set_operation',
      'with',
      'cte_scan',
      'subquery',
      'parameter',
      'lambda',
      'with:recursive',
      'join:lateral',
      'scan:deletes',
      'scan:place',
      'scan:lineage',
      'type:timestamp_ns',
    ] as const),
    ...(['join:inner', 'join:left', 'join:right', 'join:full', 'join:cross', 'join:semi', 'join:anti'] as const),
    ...(['join:asof_inner', 'join:asof_left', 'aggregate:grouping_sets', 'aggregate:distinct', 'aggregate:filter'] as const),
  ],
  functions: 'all',
};
