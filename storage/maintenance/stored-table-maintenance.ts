import type { Json } from '../../runtime/process/index.ts';
import type {
  ExpiryResult,
  ExpiryRules,
  MaintenanceRun,
  NamedSnapshot,
  OrphanFile,
  OrphanRules,
  RewriteGroup,
  RewrittenManifests,
  ScanRequest,
  TableMaintenance,
  TableRef,
  TableVerification,
} from '../../spi/index.ts';
import { findTable } from '../catalog/find-table.ts';
import type { MetadataReader } from '../catalog/metadata-reader.ts';
import type { CatalogReader } from '../catalog-store/catalog-store.ts';
import type { Committer } from '../committer/committer.ts';
import type { FileSystem } from '../file/file-system.ts';
import { liveProcesses } from '../sweep/live-processes.ts';
import type { OpenTransactions } from '../transaction/open-transactions.ts';
import type { ExpiredSnapshots } from './change-snapshots.ts';
import type { CollectedGarbage } from './collect-garbage.ts';
import type { MaintainRequest } from './maintain-request.ts';
import { type MaintenanceProcessOptions, runMaintenance } from './maintenance-process.ts';
import { planRewrite } from './plan-rewrite.ts';

/** What maintenance works with. */
export interface MaintenanceParts extends MaintenanceProcessOptions {
  readonly committer: Committer;
  readonly files: FileSystem;
  /** Where every process that has the warehouse open leaves its mark. */
  readonly processesDirectory: string;
  readonly store: CatalogReader;
  readonly metadata: MetadataReader;
  /** Those of this process; of others only the age of what they may read is known. */
  readonly transactions: OpenTransactions;
}

type Readers = Parameters<TableMaintenance['protect']>[0];

/** Keeps the tables of a warehouse in shape: changes go to the committer, long works to processes of their own. */
export class StoredTableMaintenance implements TableMaintenance {
  readonly #parts: MaintenanceParts;
  readonly #readers: Readers[] = [];

  constructor(parts: MaintenanceParts) {
    this.#parts = parts;
  }

  protect(readers: Readers): void {
    this.#readers.push(readers);
  }

  async expireSnapshots(table: TableRef, rules: ExpiryRules, run: MaintenanceRun): Promise<ExpiryResult> {
    const pinned = await this.#pinned(table);
    const { files, processesDirectory } = this.#parts;
    const othersRead = (await liveProcesses(files, processesDirectory)).size > 1;
    const expired = await this.#change<ExpiredSnapshots>({ kind: 'expire_snapshots', table, rules, pinned, othersRead });
    // Whoever found a snapshot before it was forgotten has told so by now.
    const stillRead = await this.#pinned(table);
    const removed = await this.#run<CollectedGarbage>('collectGarbage', { table, pinned: stillRead }, run);
    return { ...expired, ...removed };
  }

  removeOrphanFiles(table: TableRef, rules: OrphanRules, run: MaintenanceRun): Promise<readonly OrphanFile[]> {
    return this.#run('removeOrphans', { table, rules, staged: this.#parts.transactions.stagedFiles() }, run);
  }

  async planRewrite(request: ScanRequest, targetFileBytes: number | null): Promise<readonly RewriteGroup[]> {
    const { store, metadata } = this.#parts;
    const pointer = findTable(store, request.table);
    const stream = pointer.stream === undefined ? null : store.stream(pointer.stream);
    // The stream's next checkpoint replaces these itself.
    const open = new Set(stream?.checkpoint?.openFiles ?? []);
    return planRewrite(metadata, await metadata.table(pointer.metadataLocation), request, targetFileBytes, open);
  }

  rewriteManifests(table: TableRef): Promise<RewrittenManifests> {
    return this.#change({ kind: 'rewrite_manifests', table });
  }

  setCurrentSnapshot(table: TableRef, snapshotId: string, rollback: boolean): Promise<{ readonly previousSnapshotId: string | null }> {
    return this.#change({ kind: 'set_current_snapshot', table, snapshotId, rollback });
  }

  verify(table: TableRef, run: MaintenanceRun): Promise<TableVerification> {
    return this.#run('verify', { table }, run);
  }

  async #pinned(table: TableRef): Promise<readonly string[]> {
    const lists = await Promise.all(this.#readers.map((readers) => readers()));
    const read = lists.flat().flatMap((pin) => (pin.snapshotId !== null && isSame(pin, table) ? [pin.snapshotId] : []));
    return [...read, ...(await this.#parts.transactions.pins(table))];
  }

  async #change<Result>(request: MaintainRequest): Promise<Result> {
    return (await this.#parts.committer.run({ kind: 'maintain', request })) as unknown as Result;
  }

  async #run<Result>(method: string, params: object, run: MaintenanceRun): Promise<Result> {
    return (await runMaintenance(this.#parts, method, params as Json, run)) as unknown as Result;
  }
}

const isSame = ({ table }: NamedSnapshot, other: TableRef): boolean =>
  table.schema.toLowerCase() === other.schema.toLowerCase() && table.name.toLowerCase() === other.name.toLowerCase();
