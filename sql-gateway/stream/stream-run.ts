import { randomUUID } from 'node:crypto';
import { mkdir, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import {
  type Catalog,
  locationToPath,
  pathToLocation,
  PlatformError,
  sameType,
  type ScanNode,
  type StreamRecord,
  type TableSnapshot,
  type ViewRun,
} from '../../spi/index.ts';
import { bindView, nameOf, sourceChanged } from './bound-view.ts';
import { findViewEngine } from './find-view-engine.ts';
import { readChanges } from './read-changes.ts';
import { readPosition, type ScanPosition } from './scan-position.ts';
import type { StreamParts } from './stream-parts.ts';
import { writeCheckpoint } from './write-checkpoint.ts';

/** A stream at work from one checkpoint on, up to its first failure. */
export class StreamRun {
  readonly #parts: StreamParts;
  readonly #view: ViewRun;
  readonly #directory: string;
  readonly #reading = new AbortController();
  /** The schemas of the tables read that are known to suit the text, by uuid. */
  readonly #schemaIds = new Map<string, number>();
  #record: StreamRecord;
  #positions: readonly ScanPosition[];
  #rowsRead: number;

  private constructor(parts: StreamParts, record: StreamRecord, view: ViewRun, positions: readonly ScanPosition[]) {
    this.#parts = parts;
    this.#record = record;
    this.#view = view;
    this.#positions = positions;
    this.#directory = stateDirectory(parts, record);
    this.#rowsRead = record.checkpoint?.rowsRead ?? 0;
  }

  /** Binds the text again and starts an engine from the state of the last checkpoint.
   *  @throws STREAM_SOURCE_CHANGED, ENGINE_REFUSED, ENGINE_UNAVAILABLE, STORAGE_CORRUPT */
  static async start(parts: StreamParts, record: StreamRecord): Promise<StreamRun> {
    const { checkpoint } = record;
    const bound = await bindView(record, { catalog: parts.catalog.pinned(), functions: parts.functions });
    const engine = await findViewEngine(bound, parts.engines);
    const stateUri = checkpoint?.stateUri ?? null;
    const stateFile = stateUri === null ? null : locationToPath(stateUri);
    await tidyState(stateDirectory(parts, record), checkpoint?.sequence ?? 0);
    const positions = await Promise.all(
      bound.scans.map((scan, index) => readPosition(parts.tables, scan, checkpoint?.offsets[index]?.snapshotId ?? null)),
    );
    const { query, watermarks } = bound;
    const view = await engine.startView({ name: nameOf(record), query, watermarks, stateFile });
    return new StreamRun(parts, record, view, positions);
  }

  /** The record with the newest checkpoint. */
  get record(): StreamRecord {
    return this.#record;
  }

  /** Takes the stream to the newest snapshots of its tables, all of one moment; returns whether there was anything new.
   *  `isStopping` is asked between files: once it is true nothing more is read, and the run is good for closing only.
   *  @throws STREAM_SOURCE_CHANGED, SQL_*, ENGINE_LOST, STORAGE_* */
  async advance(isStopping: () => boolean): Promise<'unchanged' | 'advanced' | 'left'> {
    const catalog = this.#parts.catalog.pinned();
    const result = await catalog.resolve(this.#record.table);
    if (result?.kind !== 'table' || result.ref.uuid !== this.#record.table.uuid) {
      throw new PlatformError('STORAGE_CONFLICT', `The materialized view ${nameOf(this.#record)} is gone.`);
    }
    const snapshots = await Promise.all(this.#positions.map(({ scan }) => this.#snapshotOf(scan, catalog)));
    if (snapshots.every(({ snapshotId }, index) => snapshotId === this.#positions[index]?.snapshotId)) return 'unchanged';
    const reached: ScanPosition[] = [];
    for (const [index, position] of this.#positions.entries()) {
      const snapshotId = snapshots[index]?.snapshotId ?? null;
      const { changes, next } = await readChanges(this.#parts.tables, catalog, position, snapshotId);
      const steps = changes.flatMap(({ removed, added }) => [[removed, -1] as const, [added, 1] as const]);
      for (const [splits, change] of steps) {
        for (const split of splits) {
          if (isStopping()) return 'left';
          await this.#view.push(index, change, this.#parts.tables.read(split, position.scan.columns, this.#reading.signal));
          this.#rowsRead += split.rows;
        }
      }
      reached.push(next);
    }
    this.#positions = reached;
    return 'advanced';
  }

  /** Makes what was read part of the result, together with the position up to which it was read.
   *  @throws STORAGE_CONFLICT when the stream is gone or somebody else runs it */
  async checkpoint(): Promise<void> {
    const sequence = (this.#record.checkpoint?.sequence ?? 0) + 1;
    const stateFile = join(this.#directory, `${String(sequence)}-${randomUUID().slice(0, 8)}.state`);
    const changed = await this.#view.checkpoint(stateFile);
    const facts = {
      sequence,
      offsets: this.#positions.map(({ scan, snapshotId }) => ({ table: scan.table, snapshotId })),
      stateUri: pathToLocation(stateFile),
      rowsRead: this.#rowsRead,
    };
    const checkpoint = await writeCheckpoint(this.#record, changed, facts, this.#parts);
    this.#record = { ...this.#record, checkpoint };
    await tidyState(this.#directory, sequence);
  }

  /** Stops reading in the middle of a file; the run is good for closing only. */
  abort(): void {
    this.#reading.abort(new PlatformError('ENGINE_CANCELLED', 'The stream is stopped.'));
  }

  /** Ends the engine's work; what was read since the last checkpoint is forgotten. */
  async close(): Promise<void> {
    this.abort();
    await this.#view.close();
  }

  async #snapshotOf(scan: ScanNode, catalog: Catalog): Promise<TableSnapshot> {
    const { schema, name, uuid } = scan.table;
    const found = await catalog.resolve(scan.table);
    if (found?.kind !== 'table' || found.ref.uuid !== uuid) {
      throw sourceChanged(this.#record, `the table ${schema}.${name} was dropped or replaced`);
    }
    const known = this.#schemaIds.get(uuid);
    if (known === found.schemaId) return found;
    // A name that the text uses may be gone or stand for another column; then the text is not bound, or to something else.
    if (known !== undefined) await bindView(this.#record, { catalog, functions: this.#parts.functions });
    const isSame = scan.columns.every((column) =>
      found.fields.some((field) => field.id === column.fieldId && sameType(field.type, column.type)),
    );
    if (!isSame) throw sourceChanged(this.#record, `the table ${schema}.${name} has other columns now`);
    this.#schemaIds.set(uuid, found.schemaId);
    return found;
  }
}

/** Returns the directory of a stream's state files. */
export function stateDirectory(
  { streamsDirectory }: Pick<StreamParts, 'streamsDirectory'>,
  { table }: Pick<StreamRecord, 'table'>,
): string {
  return join(streamsDirectory, table.uuid);
}

/** Removes the state files of checkpoints before the one given. Files of later ones stay: if they were never committed, they go when the
 *  stream has come so far. */
async function tidyState(directory: string, sequence: number): Promise<void> {
  await mkdir(directory, { recursive: true });
  for (const name of await readdir(directory)) {
    if (Number.parseInt(name, 10) < sequence) await rm(join(directory, name), { force: true });
  }
}
