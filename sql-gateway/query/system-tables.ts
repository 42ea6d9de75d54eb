import type { RelationName } from '../../spi/index.ts';
import type { VirtualRelation } from '../../sql/bind/index.ts';
import type { EngineRegistry } from '../engine/load-engines.ts';
import type { QueryInfo, QueryRegistry } from './query-registry.ts';

/** Name of the schema that holds the server's own tables. */
export const SYSTEM_SCHEMA = 'system';

/** What the server's own tables show. */
export interface SystemTableParts {
  readonly queries: QueryRegistry;
  readonly engines: EngineRegistry;
}

/** Looks up a table of the schema `system` as one user sees it; null when there is none of that name. */
export async function readSystemTable(
  { schema, name }: RelationName,
  user: string,
  parts: SystemTableParts,
): Promise<VirtualRelation | null> {
  if (schema.toLowerCase() !== SYSTEM_SCHEMA) return null;
  switch (name.toLowerCase()) {
    case 'queries':
      return queriesTable(parts.queries.list(user));
    case 'engines':
      return enginesTable(parts.engines);
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
    ]),
  };
}

async function enginesTable(engines: EngineRegistry): Promise<VirtualRelation> {
  const entries = await engines.health();
  return {
    columns: [
      { name: 'name', type: 'varchar' },
      { name: 'version', type: 'varchar' },
      { name: 'ready', type: 'boolean' },
      { name: 'statements', type: 'varchar' },
      { name: 'details', type: 'varchar' },
    ],
    rows: entries.map(({ name, version, engine, health }) => [
      name,
      version,
      health.ready,
      engine.capabilities.statements.join(', '),
      JSON.stringify(health.details),
    ]),
  };
}

/** The canonical text of a `timestamptz`: UTC, microseconds. */
function formatInstant(atMs: number | null): string | null {
  if (atMs === null) return null;
  return `${new Date(atMs).toISOString().replace('T', ' ').slice(0, -1)}000+00`;
}
