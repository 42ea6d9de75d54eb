import { JsonReader } from '../iceberg/json/json-reader.ts';
import { snapshotLine } from '../iceberg/metadata/snapshot-line.ts';
import type { Snapshot, TableMetadata } from '../iceberg/metadata/table-metadata.ts';
import type { ExpiryRules } from '../../spi/index.ts';

/** Units: milliseconds for which snapshots stay where nothing says otherwise: Iceberg's own default of `history.expire.max-snapshot-age-ms`. */
const MAX_AGE_MS = 5 * 24 * 3_600_000;

/** Which snapshots go, and which stay only because somebody may read them. */
export interface ChosenSnapshots {
  readonly expired: ReadonlySet<bigint>;
  readonly pinned: ReadonlySet<bigint>;
  /** Names of branches and tags that are older than they are to be kept. */
  readonly references: ReadonlySet<string>;
}

/** Chooses the branches and tags of a table that have become too old, and the snapshots that nobody needs any more: not among the newest of a branch, not that of a tag, not pinned, and old enough.
 *  @param nowMs milliseconds since 1970 UTC
 *  @see Iceberg spec, "Snapshot Retention Policy" */
export function chooseExpired(
  table: TableMetadata,
  rules: ExpiryRules,
  pinned: (snapshot: Snapshot) => boolean,
  nowMs: number,
): ChosenSnapshots {
  const olderThanMs = rules.olderThanMs ?? nowMs - numberOf(table.properties['history.expire.max-snapshot-age-ms'], MAX_AGE_MS);
  const retainLast = Math.max(1, rules.retainLast ?? numberOf(table.properties['history.expire.min-snapshots-to-keep'], 1));
  const references = tooOld(table, nowMs);
  const needed = new Set<bigint>();
  for (const ref of refsOf(table, references)) {
    const keep = ref.minSnapshotsToKeep ?? retainLast;
    const before = ref.maxSnapshotAgeMs === null ? olderThanMs : nowMs - ref.maxSnapshotAgeMs;
    let count = 0;
    for (const snapshot of snapshotLine(table, ref.snapshotId)) {
      // A tag needs its own snapshot and none of those before it.
      if (count > 0 && (ref.isTag || (count >= keep && snapshot.timestampMs < before))) break;
      needed.add(snapshot.snapshotId);
      count += 1;
    }
  }
  const old = [...table.snapshots.values()].filter(({ snapshotId, timestampMs }) => !needed.has(snapshotId) && timestampMs < olderThanMs);
  const held = old.filter(pinned);
  return {
    references,
    pinned: new Set(held.map(({ snapshotId }) => snapshotId)),
    expired: new Set(old.filter((snapshot) => !held.includes(snapshot)).map(({ snapshotId }) => snapshotId)),
  };
}

interface SnapshotRef {
  readonly snapshotId: bigint;
  readonly isTag: boolean;
  readonly minSnapshotsToKeep: number | null;
  readonly maxSnapshotAgeMs: number | null;
}

/** The branch `main` is never too old. Units: milliseconds since 1970 UTC. */
function tooOld({ refs, snapshots, properties }: TableMetadata, nowMs: number): ReadonlySet<string> {
  const ageMsMax = numberOf(properties['history.expire.max-ref-age-ms'], Infinity);
  const old = [...refs.values()].filter(({ name, snapshotId, json }) => {
    const ref = new JsonReader(json, 'The refs of the table');
    const own = ref.has('max-ref-age-ms') ? ref.integer('max-ref-age-ms') : ageMsMax;
    const madeAtMs = snapshots.get(snapshotId)?.timestampMs ?? nowMs;
    return name !== 'main' && nowMs - madeAtMs > own;
  });
  return new Set(old.map(({ name }) => name));
}

function refsOf({ refs, current }: TableMetadata, gone: ReadonlySet<string>): readonly SnapshotRef[] {
  const kept = [...refs.values()].filter(({ name }) => !gone.has(name));
  const named = kept.map(({ snapshotId, type, json }): SnapshotRef => {
    const ref = new JsonReader(json, 'The refs of the table');
    return {
      snapshotId,
      isTag: type === 'tag',
      minSnapshotsToKeep: ref.has('min-snapshots-to-keep') ? ref.integer('min-snapshots-to-keep') : null,
      maxSnapshotAgeMs: ref.has('max-snapshot-age-ms') ? ref.integer('max-snapshot-age-ms') : null,
    };
  });
  // Metadata of other writers may have no ref of the branch main.
  const main = current === null || named.some(({ snapshotId, isTag }) => !isTag && snapshotId === current.snapshotId);
  return main ? named : [...named, { snapshotId: current.snapshotId, isTag: false, minSnapshotsToKeep: null, maxSnapshotAgeMs: null }];
}

function numberOf(text: string | undefined, fallback: number): number {
  const value = Number(text ?? fallback);
  return Number.isFinite(value) && value >= 0 ? value : fallback;
}
