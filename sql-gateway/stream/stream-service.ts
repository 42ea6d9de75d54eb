import { rm } from 'node:fs/promises';
import {
  type IfExists,
  type NewStream,
  PlatformError,
  type RelationName,
  type ScanNode,
  type StreamRecord,
  type TableSpec,
} from '../../spi/index.ts';
import { type BoundStatement, LATE_ROWS_OF } from '../../sql/bind/index.ts';
import { type BoundView, describeView } from './bound-view.ts';
import { findViewEngine } from './find-view-engine.ts';
import type { StreamParts } from './stream-parts.ts';
import { stateDirectory } from './stream-run.ts';
import { readStatus, type StreamStatus } from './stream-status.ts';
import { StreamTask } from './stream-task.ts';

/** A materialized view as a statement defines it. */
export type ViewDefinitionStatement = Extract<BoundStatement, { kind: 'create_materialized_view' }>;

/** Keeps the materialized views of a warehouse fresh. */
export interface StreamService {
  /** Takes up the streams of the warehouse that are neither paused nor failed. */
  start(): Promise<void>;
  /** Defines a view and starts its stream; durable when it returns, without waiting for rows.
   *  @throws ENGINE_REFUSED, CATALOG_EXISTS, CATALOG_UNKNOWN_SCHEMA */
  create(view: ViewDefinitionStatement): Promise<'created' | 'kept' | 'replaced'>;
  /** @throws CATALOG_UNKNOWN_TABLE, CATALOG_NOT_A_TABLE */
  change(name: RelationName, action: 'pause' | 'resume'): Promise<void>;
  /** Ends the stream and removes the view, its late rows and its state. @throws CATALOG_UNKNOWN_TABLE unless `ifExists`, CATALOG_NOT_A_TABLE */
  drop(name: RelationName, options: { readonly ifExists: boolean }): Promise<void>;
  list(): Promise<readonly StreamStatus[]>;
  /** Tells that something was committed by this process. */
  nudge(): void;
  /** Ends all streams, each after a last checkpoint. */
  drain(): Promise<void>;
  /** Ends all streams at once. */
  close(): Promise<void>;
}

/** Creates the service; nothing runs before `start`. */
export function createStreamService(parts: StreamParts): StreamService {
  const tasks = new Map<string, StreamTask>();
  let closed = false;

  const begin = (record: StreamRecord): void => {
    if (closed || record.paused || record.failure !== null) return;
    tasks.set(record.table.uuid, new StreamTask(parts, record));
  };
  const end = async ({ table }: StreamRecord, manner: 'after a checkpoint' | 'at once'): Promise<void> => {
    await tasks.get(table.uuid)?.stop(manner);
    tasks.delete(table.uuid);
  };
  const endAll = async (manner: 'after a checkpoint' | 'at once'): Promise<void> => {
    closed = true;
    await Promise.all([...tasks.values()].map((task) => task.stop(manner)));
  };
  const drop = async (name: RelationName, options: { readonly ifExists: boolean }): Promise<void> => {
    const record = await parts.streams.find(name);
    if (record !== null) await end(record, 'at once');
    await parts.streams.drop(name, options);
    if (record !== null) await rm(stateDirectory(parts, record), { recursive: true, force: true });
  };

  return {
    start: async () => {
      for (const record of await parts.streams.list()) begin(record);
    },
    create: async (statement) => {
      const { spec, ifExists } = statement;
      const earlier = await earlierView(spec.name, ifExists, parts);
      if (earlier === 'kept') return 'kept';
      const view = await describeView(statement.query, statement.hints.engine, parts.catalog);
      await findViewEngine(view, parts.engines);
      if (earlier !== null) await drop(spec.name, { ifExists: true });
      begin(await parts.streams.create(newStream(statement, view)));
      return earlier === null ? 'created' : 'replaced';
    },
    change: async (name, action) => {
      const record = await parts.streams.find(name);
      if (record === null) throw await notAView(name, parts);
      await end(record, action === 'pause' ? 'after a checkpoint' : 'at once');
      const change = { paused: action === 'pause', failure: null };
      await parts.streams.change(record.table, change);
      const changed = await parts.streams.find(name);
      if (changed !== null) begin(changed);
    },
    drop,
    list: async () => {
      // Records first: a checkpoint that is newer than the names looked at would seem to have read nothing.
      const records = await parts.streams.list();
      const catalog = parts.catalog.pinned();
      return Promise.all(records.map((record) => readStatus(record, tasks.get(record.table.uuid), catalog)));
    },
    nudge: () => {
      for (const task of tasks.values()) task.nudge();
    },
    drain: () => endAll('after a checkpoint'),
    close: () => endAll('at once'),
  };
}

/** What has the name may be kept, or be replaced when it is a materialized view too; anything else is left to the storage to refuse. */
async function earlierView(
  name: RelationName,
  ifExists: IfExists,
  { catalog, streams }: StreamParts,
): Promise<StreamRecord | 'kept' | null> {
  if (ifExists === 'keep') return (await catalog.resolve(name)) === null ? null : 'kept';
  return ifExists === 'replace' ? streams.find(name) : null;
}

function newStream({ spec, sql, defaultSchema, timeZone }: ViewDefinitionStatement, view: BoundView): NewStream {
  const watermarked = view.scans.filter((_scan, index) => (view.watermarks[index] ?? null) !== null);
  const [scan, ...more] = watermarked;
  const late = scan === undefined || more.length > 0 ? null : lateTable(spec, scan);
  return { result: spec, late, sql, defaultSchema, timeZone, fingerprint: view.query.fingerprint };
}

/** Rows of the one scan that may have late ones, with 1 for a row added and -1 for one taken away. */
function lateTable({ name }: TableSpec, { columns }: ScanNode): TableSpec {
  const names = new Set(columns.map((column) => column.name.toLowerCase()));
  let change = 'change';
  while (names.has(change)) change += '_';
  return {
    name: { schema: name.schema, name: `${name.name}_late` },
    columns: [
      ...columns.map((column) => ({ name: column.name, type: column.type, nullable: true })),
      { name: change, type: { kind: 'integer' }, nullable: true },
    ],
    partitioning: [],
    properties: { [LATE_ROWS_OF]: `${name.schema}.${name.name}` },
    comment: null,
  };
}

async function notAView({ schema, name }: RelationName, { catalog }: StreamParts): Promise<PlatformError> {
  const found = await catalog.resolve({ schema, name });
  if (found === null) return new PlatformError('CATALOG_UNKNOWN_TABLE', `There is no materialized view ${schema}.${name}.`);
  return new PlatformError('CATALOG_NOT_A_TABLE', `${schema}.${name} is not a materialized view.`);
}
