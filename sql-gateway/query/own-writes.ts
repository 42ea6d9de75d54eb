import { setTimeout as sleep } from 'node:timers/promises';
import {
  type BoundQuery,
  type Catalog,
  type NamedSnapshot,
  parseSnapshotList,
  PlatformError,
  printSnapshot,
  printSnapshotList,
  type RelationName,
  type SnapshotPin,
} from '../../spi/index.ts';
import { type BoundStatement, isMaterializedView } from '../../sql/bind/index.ts';
import type { StatementParts } from './statement-context.ts';
import type { RequestSession, StatementOutcome } from './statement-request.ts';

/** Tables of which a session remembers the last write; the list travels in headers. */
const TABLES_MAX = 32;

/** Units: milliseconds between two looks at a view; each pause is longer than the last, up to the second. */
const LOOK_FIRST_MS = 10;
const LOOK_MAX_MS = 200;

/** Units: milliseconds of the statement's time limit that are left for the answer when waiting is given up. */
const ANSWER_MS = 250;

/** When a statement has to give up waiting. */
export interface WaitLimits {
  readonly signal: AbortSignal;
  /** Null for no limit. */
  readonly deadlineAtMs: number | null;
}

/** Adds a write to what the session reads after, when it asked for that. */
export function rememberWrite(outcome: StatementOutcome, session: RequestSession): StatementOutcome {
  const { commit } = outcome;
  // What a transaction has staged is in no view before it commits.
  if (session.transaction !== null || session.readYourWrites !== 'on' || commit === undefined || commit.snapshotId === '') return outcome;
  const earlier = parseSnapshotList(session.readAfter ?? '').filter(({ table }) => !isSame(table, commit.table));
  const writes = [...earlier.slice(-(TABLES_MAX - 1)), { table: commit.table, snapshotId: commit.snapshotId }];
  return { ...outcome, sessionChange: { name: 'readAfter', value: printSnapshotList(writes) } };
}

/** Waits until the materialized views that a statement reads hold what the session wrote before. Statements that read pinned snapshots, or are part of a
 *  transaction, do not wait.
 *  Returns whether it waited: the statement is bound to older snapshots then.
 *  @throws STREAM_BEHIND when a view does not get there in time, or has stopped */
export async function awaitOwnWrites(
  statement: BoundStatement,
  session: RequestSession,
  parts: Pick<StatementParts, 'catalog' | 'streams'>,
  limits: WaitLimits,
): Promise<boolean> {
  if (session.readYourWrites !== 'on' || session.readAfter === null || session.snapshot !== null) return false;
  // Its views stay as they were at the begin, however long it waited.
  if (session.transaction !== null) return false;
  const writes = parseSnapshotList(session.readAfter);
  const views = await viewsOf(queriesOf(statement), parts.catalog);
  let waited = false;
  for (const view of views) waited = (await awaitView(view, writes, parts, limits)) || waited;
  return waited;
}

/** Returns the queries that a statement runs. */
export function queriesOf(statement: BoundStatement): readonly BoundQuery[] {
  if (statement.kind === 'explain') return queriesOf(statement.statement);
  if (!('query' in statement) || statement.kind === 'create_materialized_view') return [];
  return 'matching' in statement && statement.matching !== null ? [statement.query, statement.matching] : [statement.query];
}

/** Views whose version the text names are among them: the plan does not tell them from others. */
async function viewsOf(queries: readonly BoundQuery[], catalog: Catalog): Promise<readonly SnapshotPin[]> {
  const views = new Map<string, SnapshotPin>();
  for (const pin of queries.flatMap((query) => query.snapshots)) {
    const found = await catalog.resolve(pin.table);
    if (found?.kind === 'table' && isMaterializedView(found)) views.set(pin.table.uuid, pin);
  }
  return [...views.values()];
}

async function awaitView(
  view: SnapshotPin,
  writes: readonly NamedSnapshot[],
  { catalog, streams }: Pick<StatementParts, 'catalog' | 'streams'>,
  { signal, deadlineAtMs }: WaitLimits,
): Promise<boolean> {
  if ((await missingWrite(view, writes, catalog.pinned())) === null) return false;
  const name = `${view.table.schema}.${view.table.name}`;
  for (let pauseMs = LOOK_FIRST_MS; ; pauseMs = Math.min(pauseMs * 1.5, LOOK_MAX_MS)) {
    const now = catalog.pinned();
    const found = await now.resolve(view.table);
    if (found?.kind !== 'table') return true;
    const missing = await missingWrite({ table: found.ref, snapshotId: found.snapshotId }, writes, now);
    if (missing === null) return true;
    const status = pauseMs < LOOK_MAX_MS ? null : (await streams.list()).find((one) => one.name === name);
    const stopped = status?.state === 'paused' || status?.state === 'failed' ? status.state : null;
    const late = deadlineAtMs !== null && Date.now() + pauseMs > deadlineAtMs - ANSWER_MS;
    if (stopped !== null || late) throw behind(name, missing, stopped);
    await sleep(pauseMs, null, { signal });
  }
}

/** Returns a write that is not part of a view's snapshot yet, null when all are. */
async function missingWrite(view: NamedSnapshot, writes: readonly NamedSnapshot[], catalog: Catalog): Promise<NamedSnapshot | null> {
  const entry = (await catalog.history(view.table)).find(({ snapshotId }) => snapshotId === view.snapshotId);
  const offsets = entry?.summary['trivium.offsets'];
  // What a view reads that has no result yet is not known here: it may read any of the tables.
  if (offsets === undefined) return writes[0] ?? null;
  for (const offset of parseSnapshotList(offsets)) {
    const write = writes.find(({ table }) => isSame(table, offset.table));
    const missing = write === undefined ? await missingBelow(offset, writes, catalog) : await isNewer(write, offset, catalog);
    if (missing !== null) return missing;
  }
  return null;
}

/** A view may read another view, whose snapshot tells in turn what it was made of. */
async function missingBelow(offset: NamedSnapshot, writes: readonly NamedSnapshot[], catalog: Catalog): Promise<NamedSnapshot | null> {
  const source = await catalog.resolve(offset.table);
  return source?.kind === 'table' && isMaterializedView(source) ? missingWrite(offset, writes, catalog) : null;
}

async function isNewer(write: NamedSnapshot, offset: NamedSnapshot, catalog: Catalog): Promise<NamedSnapshot | null> {
  if ((await catalog.resolve(write.table))?.kind !== 'table') return null;
  const order = (await catalog.history(write.table)).map(({ snapshotId }) => snapshotId);
  const written = order.indexOf(write.snapshotId ?? '');
  // A table that was made anew has forgotten the write.
  return written > (offset.snapshotId === null ? -1 : order.indexOf(offset.snapshotId)) ? write : null;
}

function behind(name: string, missing: NamedSnapshot, stopped: 'paused' | 'failed' | null): PlatformError {
  const why = stopped === null ? 'in time' : `because it is ${stopped}`;
  return new PlatformError('STREAM_BEHIND', `The materialized view ${name} has not reached ${printSnapshot(missing)} ${why}.`, {
    hint:
      stopped === null
        ? 'Try again, give a longer timeoutMs, or RESET read_your_writes to read it as it is.'
        : 'ALTER MATERIALIZED VIEW .. RESUME lets it go on; RESET read_your_writes reads it as it is.',
    details: { view: name, missing: printSnapshot(missing) },
  });
}

const isSame = (left: RelationName, right: RelationName): boolean =>
  left.schema.toLowerCase() === right.schema.toLowerCase() && left.name.toLowerCase() === right.name.toLowerCase();
