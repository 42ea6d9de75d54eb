import { type BindContext, type BoundStatement, bindWithReferences, encodeParameters, parseReadPin } from '../../sql/bind/index.ts';
import { parseStatement } from '../../sql/parse/index.ts';
import { auditedTables } from '../access/audit-log.ts';
import { printSnapshot } from '../../spi/index.ts';
import { BranchCatalog } from './branch-catalog.ts';
import { queriesOf } from './own-writes.ts';
import { formatSnapshots, type QueryRecord } from './query-registry.ts';
import type { StatementContext, StatementParts } from './statement-context.ts';
import type { StatementRequest } from './statement-request.ts';
import { readSystemTable, type SystemTableParts } from './system-tables.ts';
import { deriveContext } from './derive-context.ts';

/** Schema in which unqualified names are looked up when the session names none. */
export const DEFAULT_SCHEMA = 'main';

/** Time zone of a session that names none. */
const DEFAULT_TIME_ZONE = 'UTC';

/** Parses and binds a statement for the user and the session of its request, and decides whether the user may run it.
 *  @throws SQL_*, CATALOG_*, AUTH_FORBIDDEN */
export async function bindRequest(
  { sql, principal, session, parameters, branch }: StatementRequest,
  record: Pick<QueryRecord, 'createdAtMs' | 'describe'>,
  parts: Pick<StatementParts, 'catalog' | 'access' | 'audit' | 'outside' | 'functions'> & SystemTableParts,
): Promise<BoundStatement> {
  const timeZone = session.timeZone ?? DEFAULT_TIME_ZONE;
  const catalog = branch === undefined ? parts.catalog : new BranchCatalog(parts.catalog, branch);
  const view = await parts.access.open(principal, catalog);
  const bound = await bindWithReferences(parseStatement(sql), {
    catalog: view.catalog,
    definerCatalog: view.definerCatalog,
    text: sql,
    // Engines are told who asks, and nothing of what his token is for.
    principal: { user: principal.user },
    schema: session.schema ?? DEFAULT_SCHEMA,
    timeZone,
    readAt: session.snapshot === null ? null : parseReadPin(session.snapshot, timeZone),
    startedAtUs: `${String(record.createdAtMs)}000`,
    parameters,
    settings: settingsOf(session),
    // Users are given rows of outside tables by views of administrators, and see no other.
    outside: view.rights === null ? parts.outside?.catalogs : undefined,
    definerOutside: parts.outside?.catalogs,
    policies: view.policies,
    functions: parts.functions,
    virtualRelation: (name) => readSystemTable(name, { caller: principal, view }, parts),
  });
  const { statement } = bound;
  record.describe({
    kind: statement.kind,
    snapshots: snapshotsOf(statement),
    sessionPinned: session.snapshot !== null || isPin(statement),
  });
  if (parts.audit !== null) record.describe({ tables: auditedTables(bound.references()) });
  await view.check(bound);
  return statement;
}

/** What a statement reads, as far as it is known before it is routed: from here on it is not cleared away. */
function snapshotsOf(statement: BoundStatement): readonly string[] {
  if (isPin(statement)) {
    const pin = parseReadPin(statement.value, DEFAULT_TIME_ZONE);
    return pin.kind === 'snapshots' ? pin.tables.map(printSnapshot) : [];
  }
  return formatSnapshots(queriesOf(statement).flatMap((query) => query.snapshots));
}

function isPin(statement: BoundStatement): statement is Extract<BoundStatement, { kind: 'set' }> & { readonly value: string } {
  return statement.kind === 'set' && statement.name === 'snapshot' && statement.value !== null;
}

function settingsOf(session: StatementRequest['session']): NonNullable<BindContext['settings']> {
  const { schema, timeZone, engine, timeoutMs, resultCache, freshViews, snapshot, readYourWrites, readAfter } = session;
  return {
    schema,
    time_zone: timeZone,
    engine,
    timeout_ms: timeoutMs === null ? null : String(timeoutMs),
    result_cache: resultCache,
    fresh_views: freshViews,
    snapshot,
    read_your_writes: readYourWrites,
    read_after: readAfter,
  };
}

/** Returns the context in which a bound statement runs. */
export function createContext(
  run: Pick<StatementContext, 'request' | 'record' | 'deadlineAtMs' | 'durable' | 'turn'>,
  parts: StatementParts & SystemTableParts,
): StatementContext {
  const { parameters, session } = run.request;
  const own: Omit<StatementContext, keyof StatementParts> = {
    ...run,
    rebind: () => bindRequest(run.request, run.record, parts),
    parametersOf: (query) => encodeParameters(parameters, query.parameters, session.timeZone ?? DEFAULT_TIME_ZONE),
  };
  return deriveContext<StatementParts, typeof own>(parts, own);
}
