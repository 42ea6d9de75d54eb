import type { Catalog, RelationName } from '../../spi/index.ts';
import type { VirtualRelation } from '../../sql/bind/index.ts';
import type { AccessControl, AccessView } from '../access/access-control.ts';
import type { Caller } from '../access/caller.ts';
import { grantsTable } from '../access/grants-table.ts';
import { type EngineRegistry, formatState } from '../engine/engine-registry.ts';
import type { JobSummary } from '../job/job-info.ts';
import { jobsTable } from '../job/jobs-table.ts';
import type { MaintenanceEntry } from '../maintenance/maintenance-entry.ts';
import { maintenanceTable } from '../maintenance/maintenance-table.ts';
import type { Router } from '../route/create-router.ts';
import { formatConditions } from '../route/route-rule.ts';
import type { Demotions } from '../route/demotions.ts';
import { demotionsTable, regretTable, routingTable } from '../route/routing-tables.ts';
import { formatInstant } from './format-instant.ts';
import { formatMs } from './format-ms.ts';
import type { Disagreements } from '../shadow/disagreements.ts';
import type { ShadowRuns } from '../shadow/shadow-runs.ts';
import { disagreementsTable, shadowRunsTable } from '../shadow/shadow-tables.ts';
import type { StreamService } from '../stream/stream-service.ts';
import { policiesTable } from '../access/policies-table.ts';
import { visibleStreams } from '../access/visible-streams.ts';
import { streamsTable } from '../stream/streams-table.ts';
import type { QueryInfo, QueryRegistry } from './query-registry.ts';

/** Name of the schema that holds the server's own tables. */
export const SYSTEM_SCHEMA = 'system';

/** What the server's own tables show. */
export interface SystemTableParts {
  readonly access: AccessControl;
  readonly catalog: Catalog;
  readonly queries: QueryRegistry;
  readonly engines: EngineRegistry;
  readonly router: Router;
  readonly demotions: Demotions;
  readonly disagreements: Disagreements;
  readonly shadow: ShadowRuns;
  readonly streams: StreamService;
  readonly background: { list(): readonly MaintenanceEntry[] };
  readonly jobs: { list(user: string): Promise<readonly JobSummary[]> };
}

/** Looks up a table of the schema `system` as one user sees it; null when there is none of that name. */
export async function readSystemTable(
  { schema, name }: RelationName,
  { caller, view }: { readonly caller: Caller; readonly view: AccessView },
  parts: SystemTableParts,
): Promise<VirtualRelation | null> {
  if (schema.toLowerCase() !== SYSTEM_SCHEMA) return null;
  const { user } = caller;
  switch (name.toLowerCase()) {
    case 'grants':
      return grantsTable(await parts.access.look(caller), parts.catalog);
    case 'policies':
      return policiesTable(await parts.access.look(caller), parts.catalog);
    case 'streams':
      return streamsTable(await streamsSeen(view, parts));
    case 'queries':
      return queriesTable(parts.queries.list(user));
    case 'engines':
      return enginesTable(parts.engines);
    case 'jobs':
      return jobsTable(await parts.jobs.list(user));
    default:
      return view.rights === null ? readServerTable(name.toLowerCase(), user, parts) : null;
  }
}

async function streamsSeen({ rights, catalog }: AccessView, { streams }: SystemTableParts): ReturnType<StreamService['list']> {
  const all = await streams.list();
  return rights === null ? all : visibleStreams(all, catalog);
}

/** Tables about the work of all users, for administrators. */
function readServerTable(name: string, user: string, parts: SystemTableParts): VirtualRelation | null {
  switch (name) {
    case 'routes':
      return routesTable(parts.router);
    case 'maintenance':
      return maintenanceTable(parts.background.list());
    case 'routing':
      return routingTable(parts.router);
    case 'regret':
      return regretTable(parts.router);
    case 'demotions':
      return demotionsTable(parts.demotions);
    case 'disagreements':
      return disagreementsTable(parts.disagreements, user);
    case 'shadow_runs':
      return shadowRunsTable(parts.shadow);
    default:
      return null;
  }
}

function queriesTable(queries: readonly QueryInfo[]): VirtualRelation {
  return {
    columns: [
      { name: 'query_id', type: 'varchar' },
      { name: 'user', type: 'varchar' },
      { name: 'state', type: 'varchar' },
      { name: 'kind', type: 'varchar' },
      { name: 'engine', type: 'varchar' },
      { name: 'sql', type: 'varchar' },
      { name: 'snapshots', type: 'varchar' },
      { name: 'rows', type: 'bigint' },
      { name: 'bytes', type: 'bigint' },
      { name: 'created_at', type: 'timestamptz' },
      { name: 'started_at', type: 'timestamptz' },
      { name: 'ended_at', type: 'timestamptz' },
      { name: 'error_code', type: 'varchar' },
      { name: 'job_id', type: 'varchar' },
      { name: 'route', type: 'varchar' },
      { name: 'estimated_ms', type: 'double' },
      { name: 'measured_ms', type: 'double' },
      { name: 'cache', type: 'varchar' },
      { name: 'view', type: 'varchar' },
      { name: 'routing_ms', type: 'double' },
      { name: 'failed_engines', type: 'varchar' },
      { name: 'engine_version', type: 'varchar' },
    ],
    rows: queries.map((query) => [
      query.queryId,
      query.user,
      query.state,
      query.kind,
      query.engine,
      query.sql,
      query.snapshots.join(', '),
      String(query.rows),
      String(query.bytes),
      formatInstant(query.createdAtMs),
      formatInstant(query.startedAtMs),
      formatInstant(query.endedAtMs),
      query.errorCode,
      query.jobId,
      query.route,
      formatMs(query.estimatedMs),
      formatMs(query.measuredMs),
      query.cache,
      query.view,
      formatMs(query.routingMs),
      query.failedEngines.join(', '),
      query.engineVersion,
    ]),
  };
}

async function enginesTable(engines: EngineRegistry): Promise<VirtualRelation> {
  const entries = await engines.status();
  return {
    columns: [
      { name: 'name', type: 'varchar' },
      { name: 'version', type: 'varchar' },
      { name: 'ready', type: 'boolean' },
      { name: 'statements', type: 'varchar' },
      { name: 'details', type: 'varchar' },
      { name: 'state', type: 'varchar' },
      { name: 'running', type: 'bigint' },
      { name: 'reason', type: 'varchar' },
    ],
    rows: entries.map(({ capabilities, health, ...entry }) => [
      entry.name,
      entry.version,
      health.ready,
      capabilities?.statements.join(', ') ?? '',
      JSON.stringify(health.details),
      formatState(entry),
      String(entry.running),
      entry.reason,
    ]),
  };
}

function routesTable({ rules }: Router): VirtualRelation {
  return {
    columns: [
      { name: 'position', type: 'bigint' },
      { name: 'name', type: 'varchar' },
      { name: 'conditions', type: 'varchar' },
      { name: 'policy', type: 'varchar' },
      { name: 'engines', type: 'varchar' },
      { name: 'views', type: 'boolean' },
      { name: 'origin', type: 'varchar' },
    ],
    rows: rules
      .list()
      .map((rule, index) => [
        String(index + 1),
        rule.name,
        formatConditions(rule),
        rule.policy,
        rule.engines.join(', '),
        rule.views,
        rule.origin,
      ]),
  };
}
