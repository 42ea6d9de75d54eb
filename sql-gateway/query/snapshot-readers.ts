import { setTimeout as sleep } from 'node:timers/promises';
import { type NamedSnapshot, parseSnapshotList } from '../../spi/index.ts';
import type { QueryInfo, QueryRegistry } from './query-registry.ts';

/** Units: milliseconds for which the snapshots of a session that pins them stay after its last statement: sessions live at the client. */
const SESSION_MS = 600_000;

/** Units: milliseconds for which a statement that is still being bound is waited for, and between two looks at it. */
const BINDING_MS_MAX = 5000;
const LOOK_MS = 5;

/** Returns what tells which snapshots the statements of this server read, or may read in a session that pins them.
 *  Guarantees: a statement that was begun before the question is part of the answer, also when it was just being bound. */
export function createSnapshotReaders(queries: Pick<QueryRegistry, 'all'>): () => Promise<readonly NamedSnapshot[]> {
  return async () => {
    const askedAtMs = Date.now();
    const isBinding = (info: QueryInfo): boolean => info.state === 'running' && info.kind === null && (info.startedAtMs ?? 0) <= askedAtMs;
    while (queries.all().some(isBinding) && Date.now() - askedAtMs < BINDING_MS_MAX) await sleep(LOOK_MS);
    const reading = queries
      .all()
      .filter(({ endedAtMs, sessionPinned }) => endedAtMs === null || (sessionPinned && endedAtMs > askedAtMs - SESSION_MS));
    return reading.flatMap(({ snapshots }) => snapshots.flatMap((text) => parseSnapshotList(text)));
  };
}
