import { setTimeout as sleep } from 'node:timers/promises';
import {
  type Catalog,
  type Logger,
  PlatformError,
  type RelationName,
  type SettingStore,
  type TableMaintenance,
  type TableSnapshot,
} from '../../spi/index.ts';
import { formatQuoted, formatString } from '../../sql/format/index.ts';
import { administratorCaller } from '../access/caller.ts';
import type { QueryRegistry } from '../query/query-registry.ts';
import type { QueryService } from '../query/query-service.ts';
import type { RequestSession } from '../query/statement-request.ts';
import type { MaintenanceEntry } from './maintenance-entry.ts';

/** What background maintenance works with. */
export interface BackgroundMaintenanceParts {
  readonly catalog: Catalog;
  readonly maintenance: Pick<TableMaintenance, 'planRewrite'>;
  readonly settings: SettingStore;
  readonly queries: QueryRegistry;
  readonly session: RequestSession;
  /** How often all tables are looked at; 0 for never. Units: milliseconds. */
  readonly intervalMs: number;
  readonly log: Logger;
}

/** Small files of one partition from which they are put together, and files with deletes from which their rows are written anew. */
const SMALL_FILES_MIN = 16;

/** Units: milliseconds for which snapshots stay where the table does not say, and between two looks for orphans. */
const SNAPSHOT_AGE_MS = 5 * 86_400_000;
const ORPHANS_INTERVAL_MS = 86_400_000;

/** Units: milliseconds for which statements that run are given way, and between two looks at them. */
const YIELD_MS_MAX = 60_000;
const YIELD_LOOK_MS = 200;

const HISTORY_MAX = 200;
const USER = 'system';

/** Calls the procedures of maintenance for the tables that need them, one at a time, as statements of the user `system`. */
export class BackgroundMaintenance {
  readonly #parts: BackgroundMaintenanceParts;
  readonly #entries: MaintenanceEntry[] = [];
  readonly #ending = new AbortController();
  #work: Promise<void> = Promise.resolve();

  constructor(parts: BackgroundMaintenanceParts) {
    this.#parts = parts;
  }

  /** Begins to look after the tables, unless the interval says never. */
  start(service: Pick<QueryService, 'run'>): void {
    if (this.#parts.intervalMs > 0) this.#work = this.#loop(service);
  }

  /** What was called, newest first. */
  list(): readonly MaintenanceEntry[] {
    return [...this.#entries].reverse();
  }

  /** Cancels what runs, and waits for its end. */
  async close(): Promise<void> {
    this.#ending.abort(new PlatformError('INTERNAL_UNAVAILABLE', 'The server is stopping.'));
    await this.#work;
  }

  async #loop(service: Pick<QueryService, 'run'>): Promise<void> {
    const { signal } = this.#ending;
    const isOver = (): boolean => signal.aborted;
    while (!isOver()) {
      // An abort of the pause is the end that was asked for.
      await sleep(this.#parts.intervalMs, null, { signal, ref: false }).catch(() => null);
      if (isOver()) return;
      await this.round(service).catch((error: unknown) => {
        this.#parts.log.warn({ error: String(error) }, 'background maintenance was interrupted');
      });
    }
  }

  /** Looks at all tables once. */
  async round(service: Pick<QueryService, 'run'>): Promise<void> {
    const { catalog } = this.#parts;
    for (const schema of await catalog.schemas()) {
      for (const relation of await catalog.relations(schema)) {
        const table = relation.kind === 'view' ? null : await catalog.resolve(relation);
        if (table?.kind !== 'table') continue;
        for (const procedure of await this.#dueFor(table)) {
          if (this.#ending.signal.aborted) return;
          await this.#yield();
          await this.#call(service, table.ref, procedure);
        }
      }
    }
  }

  async #dueFor(table: TableSnapshot): Promise<readonly string[]> {
    const due: string[] = [];
    if (await this.#hasFilesToRewrite(table)) due.push('optimize');
    const ageMs = Number(table.properties['history.expire.max-snapshot-age-ms'] ?? SNAPSHOT_AGE_MS);
    const history = await this.#parts.catalog.history(table.ref);
    const keep = Number(table.properties['history.expire.min-snapshots-to-keep'] ?? 1);
    if (history.length > keep && (history[0]?.committedAtMs ?? Infinity) < Date.now() - ageMs) due.push('expire_snapshots');
    if (await this.#takesOrphansTurn(table)) due.push('remove_orphan_files');
    return due;
  }

  async #hasFilesToRewrite({ ref, snapshotId, schemaId, fields, files }: TableSnapshot): Promise<boolean> {
    if (files !== null && files < SMALL_FILES_MIN) return false;
    const columns = fields.map((field) => ({ ...field, fieldId: field.id }));
    const groups = await this.#parts.maintenance.planRewrite({ table: ref, snapshotId, schemaId, columns, filter: null }, null);
    const withDeletes = groups.reduce((sum, { filesWithDeletes }) => sum + filesWithDeletes, 0);
    return withDeletes >= SMALL_FILES_MIN || groups.some((group) => group.files.length >= SMALL_FILES_MIN);
  }

  /** The time of the last look is kept over restarts. A table that is seen for the first time waits a whole interval. */
  async #takesOrphansTurn({ ref }: TableSnapshot): Promise<boolean> {
    const key = `maintenance.orphans.${ref.uuid}`;
    const [last] = await this.#parts.settings.list(key);
    const isDue = last !== undefined && Number(last.value) < Date.now() - ORPHANS_INTERVAL_MS;
    if (last === undefined || isDue) await this.#parts.settings.put(key, String(Date.now()));
    return isDue;
  }

  async #yield(): Promise<void> {
    const { queries } = this.#parts;
    const untilMs = Date.now() + YIELD_MS_MAX;
    while (queries.running > 0 && Date.now() < untilMs && !this.#ending.signal.aborted) await sleep(YIELD_LOOK_MS);
  }

  async #call(service: Pick<QueryService, 'run'>, table: RelationName, procedure: string): Promise<void> {
    const { queries, session, log } = this.#parts;
    const name = `${formatQuoted(table.schema)}.${formatQuoted(table.name)}`;
    const sql = `CALL system.${procedure}(${formatString(name)})`;
    const record = queries.open(USER, sql);
    const onEnd = (): void => {
      record.cancel(this.#ending.signal.reason as PlatformError);
    };
    this.#ending.signal.addEventListener('abort', onEnd, { once: true });
    const entry: MaintenanceEntry = {
      table: `${table.schema}.${table.name}`,
      procedure,
      startedAtMs: Date.now(),
      endedAtMs: null,
      errorCode: null,
    };
    this.#entries.push(entry);
    if (this.#entries.length > HISTORY_MAX) this.#entries.shift();
    let errorCode: string | null = null;
    try {
      const request = { sql, parameters: [], session, timeoutMs: null, principal: administratorCaller(USER), idempotencyKey: null };
      await service.run(record, request, () => Promise.resolve());
    } catch (error) {
      errorCode = PlatformError.from(error, 'INTERNAL_INVARIANT').code;
      log.warn({ table: entry.table, procedure, code: errorCode, error: String(error) }, 'background maintenance of a table failed');
    } finally {
      this.#ending.signal.removeEventListener('abort', onEnd);
    }
    const place = this.#entries.indexOf(entry);
    if (place >= 0) this.#entries[place] = { ...entry, endedAtMs: Date.now(), errorCode };
  }
}
