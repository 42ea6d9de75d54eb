import { join } from 'node:path';
import {
  type CommitResult,
  type DataFile,
  type ExistingFile,
  type Field,
  type FileSource,
  type Fragment,
  lineageFields,
  locationToPath,
  PlatformError,
  type StagingTarget,
  type TableRef,
  type WriteTransaction,
} from '../../spi/index.ts';
import { checkStorable } from '../commit/check-storable.ts';
import type { StagedWrite } from '../committer/committer-request.ts';
import { snapshotById } from '../catalog/find-snapshot.ts';
import type { Snapshot, TableMetadata } from '../iceberg/metadata/table-metadata.ts';
import { checkNew, liveFileNames, sameColumns } from './adopted-files.ts';
import { earlierDeletes } from './earlier-deletes.ts';
import { rewriteTerms } from './rewrite-terms.ts';
import type { SinkParts } from './sink-parts.ts';
import { writeOrderOf } from './write-order.ts';
import { printToken, type TransactionToken } from './transaction-token.ts';

/** Default size of data files. Units: bytes of a data file after which the next is begun, unless the table's property says otherwise. */
export const FILE_SIZE_BYTES_TARGET = 256 << 20;

/** What a transaction writes to. */
export interface TransactionPlan extends TransactionToken {
  /** Begins the names of the directories that this process stages in; another process's are never reused. */
  readonly stagingId: string;
  readonly tableDirectory: string;
  readonly metadata: TableMetadata;
}

/** A write whose files lie in `<table>/data/<staging id>-<task>-<attempt>/`. They stay there when they become part of the table. */
export class StagedTransaction implements WriteTransaction {
  readonly fields: readonly Field[];
  readonly table: TableRef;
  readonly token: string;
  readonly #parts: SinkParts;
  readonly #plan: TransactionPlan;
  readonly #directories = new Set<string>();
  /** The snapshot whose deletes are part of the vectors written here; the commit looks whether there are others since. */
  #mergedAt: string | null | undefined;
  /** The columns of files that were adopted. */
  #writtenFields: readonly Field[] | undefined;
  #state: 'open' | 'committed' | 'aborted' | 'unknown' = 'open';

  constructor(parts: SinkParts, plan: TransactionPlan) {
    this.#parts = parts;
    this.#plan = plan;
    const { fields } = plan.metadata.schema;
    this.fields = plan.lineage === true ? [...fields, ...lineageFields(fields)] : fields;
    this.table = plan.table;
    this.token = printToken(plan);
  }

  async target(task: string, attempt: number): Promise<StagingTarget> {
    // Tables of other programs have columns that are read and cannot be written.
    for (const { name, type } of this.fields) checkStorable(type, name);
    return this.#makeTarget(task, attempt);
  }

  async #makeTarget(task: string, attempt: number): Promise<StagingTarget> {
    this.#checkOpen();
    const name = `${this.#plan.stagingId}-${task.replace(/[^A-Za-z0-9_]/g, '_')}-${String(attempt)}`;
    const directory = join(this.#plan.tableDirectory, 'data', name);
    if (this.#directories.has(directory)) {
      throw new PlatformError('INTERNAL_INVARIANT', `Attempt ${String(attempt)} of the task ${task} was begun twice.`);
    }
    this.#directories.add(directory);
    await this.#parts.files.makeDirectory(directory);
    const { spec, properties, sortOrder } = this.#plan.metadata;
    const configured = Number(properties['write.target-file-size-bytes'] ?? FILE_SIZE_BYTES_TARGET);
    return {
      directory,
      fields: this.fields,
      partitionSpec: spec,
      ...writeOrderOf(sortOrder, this.fields),
      fileSizeBytesTarget: configured > 0 ? configured : FILE_SIZE_BYTES_TARGET,
    };
  }

  append(task: string, attempt: number, frames: AsyncIterable<Uint8Array>): Promise<Fragment> {
    return this.#write(task, attempt, (target) => this.#parts.data.writeFrames(target, frames));
  }

  appendFile(task: string, attempt: number, source: FileSource, signal?: AbortSignal): Promise<Fragment> {
    return this.#write(task, attempt, (target) => this.#parts.data.writeFile(target, source, signal));
  }

  async adoptFiles(task: string, attempt: number, files: readonly ExistingFile[], signal?: AbortSignal): Promise<Fragment> {
    const known = await liveFileNames(this.#parts.metadata, this.#plan.metadata);
    const columns: (readonly Field[])[] = [];
    const fragment = await this.#write(task, attempt, async (target) => {
      const adopted: DataFile[] = [];
      for (const source of files) {
        const { file, fields } = await this.#parts.data.adoptFile(target, source, signal);
        if (file === null) continue;
        columns.push(sameColumns(columns[0] ?? null, fields, source));
        checkNew(known, file, source);
        adopted.push(file);
      }
      return adopted;
    });
    [this.#writtenFields] = columns;
    return fragment;
  }

  appendDeletes(task: string, attempt: number, frames: AsyncIterable<Uint8Array>): Promise<Fragment> {
    const { data, metadata: reader } = this.#parts;
    const { metadata, readAt } = this.#plan;
    if (metadata.formatVersion === 2) return this.#write(task, attempt, (target) => data.writePositionDeletes(target, frames));
    const snapshot = readAt === undefined ? metadata.current : snapshotOrNone(metadata, readAt);
    this.#mergedAt = snapshot?.snapshotId.toString() ?? null;
    return this.#write(task, attempt, async (target) =>
      data.writeDeletionVectors(target, await earlierDeletes(reader, metadata, snapshot), frames),
    );
  }

  async commit(fragments: readonly Fragment[], idempotencyKey: string): Promise<CommitResult> {
    this.#checkOpen();
    const write = this.staged(fragments, idempotencyKey);
    const result = await this.#parts.commit(write).catch((error: unknown) => {
      this.noteFailure(error);
      throw error;
    });
    await this.finish(result.repeated ? [] : fragments);
    return result;
  }

  /** Returns what the committer is asked for. */
  staged(fragments: readonly Fragment[], idempotencyKey: string): StagedWrite {
    this.#checkOpen();
    const { transactionId, goal, table, create, readAt, tableDirectory, schemaId, specId } = this.#plan;
    const written = this.#writtenFields === undefined ? {} : { writtenFields: this.#writtenFields };
    return {
      transactionId,
      goal,
      table,
      create,
      ...rewriteTerms(this.#plan),
      readAt: readAt ?? this.#mergedAt,
      tableDirectory,
      schemaId,
      specId,
      ...written,
      fragments,
      idempotencyKey,
      stream: null,
    };
  }

  /** Notes that a commit of what is staged failed. */
  noteFailure(error: unknown): void {
    // The files may be part of the table by now, so they are left to the sweep, which knows.
    if (error instanceof PlatformError && error.code === 'STORAGE_OUTCOME_UNKNOWN') this.#state = 'unknown';
  }

  /** Notes that the fragments are part of the table; what else was staged is removed. */
  async finish(fragments: readonly Fragment[]): Promise<void> {
    this.#state = 'committed';
    await this.#removeUnused(fragments);
  }

  async abort(): Promise<void> {
    if (this.#state !== 'open') return;
    this.#state = 'aborted';
    await this.#removeUnused([]);
  }

  async #write(task: string, attempt: number, work: (target: StagingTarget) => Promise<readonly DataFile[]>): Promise<Fragment> {
    const target = await this.#makeTarget(task, attempt);
    return { task, attempt, files: await work(target) };
  }

  /** Removes the directories of this process's attempts that did not count. What an earlier process staged may be part of the table since
   *  the moment it ended, so that is left to the sweep, which knows. */
  async #removeUnused(fragments: readonly Fragment[]): Promise<void> {
    const { files } = this.#parts;
    const used = fragments.flatMap((fragment) => fragment.files.map((file) => locationToPath(file.uri)));
    const { goal, tableDirectory, transactionId, stagingId } = this.#plan;
    if (goal === 'create' && this.#state === 'aborted' && stagingId === transactionId) await files.remove(tableDirectory);
    for (const directory of this.#directories) {
      if (!used.some((path) => path.startsWith(`${directory}/`))) await files.remove(directory);
    }
  }

  #checkOpen(): void {
    if (this.#state !== 'open')
      throw new PlatformError('INTERNAL_INVARIANT', `The write to ${this.#plan.table.name} is ${this.#state} already.`);
  }
}

const snapshotOrNone = (metadata: TableMetadata, snapshotId: string | null): Snapshot | null =>
  snapshotId === null ? null : snapshotById(metadata, snapshotId);
