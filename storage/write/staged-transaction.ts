import { join } from 'node:path';
import {
  type CommitResult,
  type DataFile,
  type Field,
  type FileSource,
  type Fragment,
  PlatformError,
  type StagingTarget,
  type TableRef,
  type WriteTransaction,
} from '../../spi/index.ts';
import type { StagedWrite } from '../committer/committer-request.ts';
import type { TableMetadata } from '../iceberg/metadata/table-metadata.ts';
import type { SinkParts } from './sink-parts.ts';

/** Units: bytes of a data file after which the next is begun, unless the table's property says otherwise. */
const FILE_SIZE_BYTES_TARGET = 256 << 20;

/** What a transaction writes to. */
export interface TransactionPlan {
  readonly transactionId: string;
  readonly goal: StagedWrite['goal'];
  readonly table: TableRef;
  readonly create: StagedWrite['create'];
  readonly tableDirectory: string;
  readonly metadata: TableMetadata;
}

/** A write whose files lie in `<table>/data/<transaction>-<task>-<attempt>/`. They stay there when they become part of the table. */
export class StagedTransaction implements WriteTransaction {
  readonly fields: readonly Field[];
  readonly #parts: SinkParts;
  readonly #plan: TransactionPlan;
  readonly #directories = new Map<string, string>();
  #state: 'open' | 'committed' | 'aborted' | 'unknown' = 'open';

  constructor(parts: SinkParts, plan: TransactionPlan) {
    this.#parts = parts;
    this.#plan = plan;
    this.fields = plan.metadata.schema.fields;
  }

  async target(task: string, attempt: number): Promise<StagingTarget> {
    this.#checkOpen();
    const name = `${this.#plan.transactionId}-${task.replace(/[^A-Za-z0-9_]/g, '_')}-${String(attempt)}`;
    const key = JSON.stringify([task, attempt]);
    if (this.#directories.has(key) || [...this.#directories.values()].some((path) => path.endsWith(`/${name}`))) {
      throw new PlatformError('INTERNAL_INVARIANT', `Attempt ${String(attempt)} of the task ${task} was begun twice.`);
    }
    const directory = join(this.#plan.tableDirectory, 'data', name);
    this.#directories.set(key, directory);
    await this.#parts.files.makeDirectory(directory);
    const { spec, properties } = this.#plan.metadata;
    const configured = Number(properties['write.target-file-size-bytes'] ?? FILE_SIZE_BYTES_TARGET);
    return {
      directory,
      fields: this.fields,
      partitionSpec: spec,
      fileSizeBytesTarget: configured > 0 ? configured : FILE_SIZE_BYTES_TARGET,
    };
  }

  append(task: string, attempt: number, frames: AsyncIterable<Uint8Array>): Promise<Fragment> {
    return this.#write(task, attempt, (target) => this.#parts.data.writeFrames(target, frames));
  }

  appendFile(task: string, attempt: number, source: FileSource, signal?: AbortSignal): Promise<Fragment> {
    return this.#write(task, attempt, (target) => this.#parts.data.writeFile(target, source, signal));
  }

  async commit(fragments: readonly Fragment[], idempotencyKey: string): Promise<CommitResult> {
    this.#checkOpen();
    const { goal, table, create, tableDirectory, metadata } = this.#plan;
    const write: StagedWrite = {
      transactionId: this.#plan.transactionId,
      goal,
      table,
      create,
      tableDirectory,
      schemaId: metadata.schema.schemaId,
      specId: metadata.spec.specId,
      fragments,
      idempotencyKey,
    };
    const result = (await this.#parts.committer.run({ kind: 'commit_write', write }).catch((error: unknown) => {
      // The files may be part of the table by now, so they are left to the sweep, which knows.
      if (error instanceof PlatformError && error.code === 'STORAGE_OUTCOME_UNKNOWN') this.#state = 'unknown';
      throw error;
    })) as unknown as CommitResult;
    this.#state = 'committed';
    await this.#removeUnused(result.repeated ? [] : fragments);
    return result;
  }

  async abort(): Promise<void> {
    if (this.#state !== 'open') return;
    this.#state = 'aborted';
    await this.#removeUnused([]);
  }

  async #write(task: string, attempt: number, work: (target: StagingTarget) => Promise<readonly DataFile[]>): Promise<Fragment> {
    const target = await this.target(task, attempt);
    return { task, attempt, files: await work(target) };
  }

  /** Removes the directories of attempts that did not count. */
  async #removeUnused(fragments: readonly Fragment[]): Promise<void> {
    const { files } = this.#parts;
    const used = new Set(fragments.map(({ task, attempt }) => JSON.stringify([task, attempt])));
    const { goal, tableDirectory } = this.#plan;
    if (goal === 'create' && used.size === 0 && this.#state === 'aborted') await files.remove(tableDirectory);
    for (const [key, directory] of this.#directories) if (!used.has(key)) await files.remove(directory);
  }

  #checkOpen(): void {
    if (this.#state !== 'open')
      throw new PlatformError('INTERNAL_INVARIANT', `The write to ${this.#plan.table.name} is ${this.#state} already.`);
  }
}
