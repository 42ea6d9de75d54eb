import { join } from 'node:path';
import { pathToLocation } from '../../../spi/index.ts';
import { MetadataReader } from '../../../storage/catalog/metadata-reader.ts';
import { checksumPath } from '../../../storage/commit/checksum-file.ts';
import { storeManifest, storeTakenOver } from '../../../storage/commit/store-manifest.ts';
import { writeTableMetadata } from '../../../storage/commit/write-table-metadata.ts';
import type { JsonObject } from '../../../storage/iceberg/json/lossless-json.ts';
import type { ManifestEntry } from '../../../storage/iceberg/manifest/manifest-entry.ts';
import type { ManifestFile } from '../../../storage/iceberg/manifest/manifest-file.ts';
import { writeManifestList } from '../../../storage/iceberg/manifest/manifest-list.ts';
import {
  addSnapshot,
  createTableMetadata,
  succeedMetadata,
  withMembers,
  withoutSnapshots,
} from '../../../storage/iceberg/metadata/change-table-metadata.ts';
import type { TableMetadata } from '../../../storage/iceberg/metadata/table-metadata.ts';
import { chooseExpired } from '../../../storage/maintenance/choose-expired.ts';
import { collectGarbage } from '../../../storage/maintenance/collect-garbage.ts';
import { addSnapshotFiles, noFiles } from '../../../storage/maintenance/table-files.ts';
import { MemoryFileSystem } from '../../unit/storage/fixture/memory-file-system.ts';

const DIRECTORY = '/w/tables/t';
const SECOND_MS = 1000;

/** What happens to a table; `pick` chooses a snapshot or a file. */
export interface Step {
  readonly kind: 'append' | 'rewrite' | 'tag' | 'branch' | 'rollback';
  readonly pick: number;
}

/** What an expiry may get wrong. */
export type Fault = 'none' | 'refs ignored' | 'pins ignored' | 'files removed before the commit';

/** A table in memory with files of any content, whose snapshots are a second apart. */
export class ExpiryWorld {
  readonly #files = new MemoryFileSystem();
  #table: TableMetadata;
  #location = '';
  #ids = 0;

  constructor() {
    this.#table = createTableMetadata({
      uuid: 'u',
      location: pathToLocation(DIRECTORY),
      fields: [{ id: 1, name: 'id', type: { kind: 'bigint' }, nullable: true }],
      lastColumnId: 1,
      spec: { specId: 0, fields: [] },
      properties: {},
      createdAtMs: 1,
    });
  }

  /** Makes a history. */
  async run(steps: readonly Step[]): Promise<void> {
    await this.#write('append', 0);
    for (const { kind, pick } of steps) {
      if (kind === 'append' || kind === 'rewrite') await this.#write(kind, pick);
      else await this.#point(kind, pick);
    }
  }

  /** Returns ids of snapshots, as a reader might hold them. */
  pick(picks: readonly number[]): ReadonlySet<string> {
    const ids = [...this.#table.snapshots.keys()].map(String);
    return new Set(picks.map((pick) => ids[pick % ids.length] ?? ''));
  }

  /** Expires all snapshots but those that must stay, as the storage does, with a fault perhaps. */
  async expire(pinned: ReadonlySet<string>, retainLast: number, fault: Fault): Promise<void> {
    const seen = fault === 'refs ignored' ? withMembers(this.#table, { refs: {} }) : this.#table;
    const isPinned = ({ snapshotId }: { readonly snapshotId: bigint }): boolean =>
      fault !== 'pins ignored' && pinned.has(String(snapshotId));
    const nowMs = (this.#ids + 10) * SECOND_MS;
    const { expired } = chooseExpired(seen, { olderThanMs: nowMs, retainLast }, isPinned, nowMs);
    const after = withoutSnapshots(this.#table, expired);
    if (fault === 'files removed before the commit') {
      // And then the process dies.
      await this.#collect(succeedMetadata(this.#table, after, this.#location));
      return;
    }
    await this.#commit(after);
    await this.#collect(this.#table);
  }

  /** Returns what is wrong: something needed that is gone, or something that nobody needs and that is still there. */
  async problems(pinned: ReadonlySet<string>): Promise<readonly string[]> {
    const problems: string[] = [];
    const refs = Object.values((this.#table.json['refs'] ?? {}) as Record<string, { readonly 'snapshot-id': bigint }>).map((ref) =>
      ref['snapshot-id'].toString(),
    );
    for (const id of [...pinned, ...refs]) if (!this.#table.snapshots.has(BigInt(id))) problems.push(`snapshot ${id} is gone`);
    const needed = noFiles();
    try {
      await addSnapshotFiles(needed, this.#table.snapshots.values(), this.#reading(this.#table));
    } catch (error) {
      return [...problems, String(error)];
    }
    const paths = new Set(Object.values(needed).flatMap((set: ReadonlySet<string>) => [...set]));
    for (const path of paths) if (!this.#files.contents.has(path)) problems.push(`${path} is missing`);
    for (const path of this.#files.contents.keys())
      if (!path.endsWith('.metadata.json') && !paths.has(path)) problems.push(`${path} is left`);
    return problems;
  }

  async #write(kind: 'append' | 'rewrite', pick: number): Promise<void> {
    this.#ids += 1;
    const pending = { snapshotId: BigInt(this.#ids), sequenceNumber: this.#table.lastSequenceNumber + 1 };
    const { formatVersion, schema, spec } = this.#table;
    const layout = { formatVersion, schema, spec };
    const path = join(DIRECTORY, 'data', `${String(this.#ids)}.parquet`);
    await this.#files.write(path, Buffer.from([1]));
    await this.#files.write(checksumPath(DIRECTORY, pending.snapshotId), Buffer.from('{}'));
    const added = await storeManifest(this.#files, DIRECTORY, 'm0', layout, pending.snapshotId, [entryOf(path, pending.snapshotId)]);
    const { current } = this.#table;
    const reader = this.#reading(this.#table).metadata;
    const before = current === null ? [] : await reader.manifestList(current.manifestList);
    const kept: ManifestFile[] = [];
    for (const [index, file] of before.entries()) {
      const { entries } = await reader.manifest(file, this.#table);
      const isTaken = kind === 'rewrite' && index === pick % before.length;
      const live = entries.filter(({ status }) => status !== 'deleted');
      if (!isTaken || live.length === 0) kept.push(file);
      else {
        const gone = live.map((entry): ManifestEntry => ({ ...entry, status: 'deleted', snapshotId: pending.snapshotId }));
        kept.push(await storeTakenOver(this.#files, DIRECTORY, 'm2', layout, pending, gone));
      }
    }
    const list = join(DIRECTORY, 'metadata', `snap-${String(this.#ids)}.avro`);
    const parentId = current?.snapshotId ?? null;
    const manifests = [{ ...added, sequenceNumber: pending.sequenceNumber, minSequenceNumber: pending.sequenceNumber }, ...kept];
    await this.#files.write(list, writeManifestList({ ...pending, parentId }, manifests));
    const snapshot = {
      ...pending,
      parentId,
      timestampMs: this.#ids * SECOND_MS,
      manifestList: pathToLocation(list),
      summary: {},
      schemaId: 0,
    };
    await this.#commit(addSnapshot(this.#table, snapshot, null));
  }

  async #point(kind: 'tag' | 'branch' | 'rollback', pick: number): Promise<void> {
    const ids = [...this.#table.snapshots.keys()];
    const snapshotId = ids[pick % ids.length] ?? 0n;
    const refs = (this.#table.json['refs'] ?? {}) as JsonObject;
    const ref = { type: kind === 'tag' ? 'tag' : 'branch', 'snapshot-id': snapshotId };
    if (kind === 'rollback')
      await this.#commit(withMembers(this.#table, { 'current-snapshot-id': snapshotId, refs: { ...refs, main: ref } }));
    else await this.#commit(withMembers(this.#table, { refs: { ...refs, [`${kind}${String(Object.keys(refs).length)}`]: ref } }));
  }

  async #commit(changed: TableMetadata): Promise<void> {
    const next = this.#location === '' ? changed : succeedMetadata(this.#table, changed, this.#location);
    const { location } = await writeTableMetadata(this.#files, DIRECTORY, next, this.#location === '' ? null : this.#location);
    this.#table = next;
    this.#location = location;
  }

  async #collect(table: TableMetadata): Promise<void> {
    await collectGarbage(this.#reading(table), new Set(), () => Promise.resolve());
  }

  /** Nothing is remembered from before. */
  #reading(table: TableMetadata) {
    const metadata = new MetadataReader(this.#files);
    return { files: this.#files, metadata, tableDirectory: DIRECTORY, table, signal: new AbortController().signal };
  }
}

function entryOf(path: string, snapshotId: bigint): ManifestEntry {
  const none = new Map<number, never>();
  return {
    status: 'added',
    snapshotId,
    sequenceNumber: null,
    fileSequenceNumber: null,
    location: pathToLocation(path),
    format: 'PARQUET',
    partition: [],
    rows: 1,
    bytes: 1,
    deletes: null,
    metrics: {
      columnBytes: none,
      valueCounts: none,
      nullCounts: none,
      nanCounts: none,
      lowerBounds: none,
      upperBounds: none,
      splitOffsets: null,
    },
  };
}
