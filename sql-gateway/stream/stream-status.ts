import type { Catalog, StreamOffset, StreamRecord } from '../../spi/index.ts';
import { formatSnapshots } from '../query/query-registry.ts';
import { nameOf } from './bound-view.ts';
import type { StreamTask } from './stream-task.ts';

/** What is known about a stream. */
export interface StreamStatus {
  /** `schema.name` */
  readonly name: string;
  readonly state: 'starting' | 'running' | 'paused' | 'failed';
  /** Snapshots that are part of the result, as `schema.table@id`. */
  readonly sources: readonly string[];
  /** 0 before the first. */
  readonly checkpoint: number;
  /** Units: milliseconds since 1970 UTC. */
  readonly committedAtMs: number | null;
  readonly rowsRead: number;
  readonly lateRows: number;
  /** The least watermark of its tables. Units: microseconds since 1970 UTC as decimal text. */
  readonly watermarkUs: string | null;
  /** Snapshots of its tables that are not part of the result yet; null when that cannot be told. */
  readonly lag: number | null;
  /** Why it failed or is tried again, with the code. */
  readonly error: string | null;
  readonly query: string;
}

/** Puts together what the store and this process know about a stream. */
export async function readStatus(record: StreamRecord, task: StreamTask | undefined, catalog: Catalog): Promise<StreamStatus> {
  const { checkpoint, failure } = record;
  const error = failure ?? task?.error ?? null;
  return {
    name: nameOf(record),
    state: stateOf(record, task),
    sources: formatSnapshots(checkpoint?.offsets ?? []),
    checkpoint: checkpoint?.sequence ?? 0,
    committedAtMs: checkpoint?.committedAtMs ?? null,
    rowsRead: checkpoint?.rowsRead ?? 0,
    lateRows: checkpoint?.lateRows ?? 0,
    watermarkUs: leastOf(checkpoint?.watermarksUs ?? []),
    lag: checkpoint === null ? null : await lagOf(checkpoint.offsets, catalog),
    error: error === null ? null : `${error.code}: ${error.message}`,
    query: record.sql,
  };
}

function stateOf({ paused, failure }: StreamRecord, task: StreamTask | undefined): StreamStatus['state'] {
  if (paused) return 'paused';
  if (failure !== null || task?.state === 'failed') return 'failed';
  return task?.state === 'running' ? 'running' : 'starting';
}

function leastOf(watermarksUs: readonly (string | null)[]): string | null {
  const known = watermarksUs.flatMap((watermarkUs) => (watermarkUs === null ? [] : [BigInt(watermarkUs)]));
  const [first] = known;
  return first === undefined ? null : known.reduce((least, watermarkUs) => (watermarkUs < least ? watermarkUs : least), first).toString();
}

async function lagOf(offsets: readonly StreamOffset[], catalog: Catalog): Promise<number | null> {
  const byTable = new Map(offsets.map((offset) => [offset.table.uuid, offset]));
  let lag = 0;
  for (const { table, snapshotId } of byTable.values()) {
    const found = await catalog.resolve(table);
    if (found?.kind !== 'table' || found.ref.uuid !== table.uuid) return null;
    if (found.snapshotId === snapshotId) continue;
    const history = await catalog.history(table);
    const reached = history.find((entry) => entry.snapshotId === snapshotId)?.sequenceNumber ?? -1;
    lag += history.filter((entry) => entry.sequenceNumber > reached).length;
  }
  return lag;
}
