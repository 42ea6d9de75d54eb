import { randomUUID } from 'node:crypto';
import {
  type CommitResult,
  type FileInspection,
  type FileSource,
  locationToPath,
  type TableRef,
  type TableSink,
  type WriteGoal,
  type WriteTransaction,
} from '../../spi/index.ts';
import { checkName } from '../catalog/check-name.ts';
import { tableDirectory } from '../catalog/table-directory.ts';
import { nameTaken, unknownSchema, unknownTable, wrongKind } from '../catalog/unknown-name.ts';
import { newTableMetadata } from '../commit/new-table-metadata.ts';
import type { SinkParts } from './sink-parts.ts';
import { StagedTransaction } from './staged-transaction.ts';

/** Takes rows into the tables of a warehouse. */
export class StoredTableSink implements TableSink {
  readonly #parts: SinkParts;
  #transactions = 0;

  constructor(parts: SinkParts) {
    this.#parts = parts;
  }

  async begin(goal: WriteGoal): Promise<WriteTransaction> {
    const plan = goal.kind === 'create' ? this.#planCreate(goal) : await this.#planWrite(goal);
    this.#transactions += 1;
    return new StagedTransaction(this.#parts, { ...plan, transactionId: `${this.#parts.mark.id}_${String(this.#transactions)}` });
  }

  inspect(source: Omit<FileSource, 'columns'>): Promise<FileInspection> {
    return this.#parts.data.inspect(source);
  }

  committed(table: TableRef, idempotencyKey: string): Promise<CommitResult | null> {
    const earlier = this.#parts.store.commit(table.uuid, idempotencyKey);
    return Promise.resolve(earlier === null ? null : { ...earlier.result, repeated: true });
  }

  exportParquet(path: string, frames: AsyncIterable<Uint8Array>): Promise<{ readonly rows: number; readonly bytes: number }> {
    return this.#parts.data.exportParquet(path, frames);
  }

  #planCreate(goal: Extract<WriteGoal, { kind: 'create' }>) {
    const { store, layout } = this.#parts;
    const { spec, ifExists } = goal;
    checkName(spec.name.name, 'table');
    const schema = store.schema(spec.name.schema);
    if (schema === null) throw unknownSchema(store, spec.name.schema);
    const taken = store.relation(spec.name);
    if (taken !== null && ifExists === 'fail') throw nameTaken(taken.kind, taken.name);
    const uuid = randomUUID();
    const directory = tableDirectory(layout.tablesDirectory, spec.name, uuid);
    return {
      goal: 'create' as const,
      table: { schema, name: spec.name.name, uuid },
      create: { spec, ifExists },
      tableDirectory: directory,
      metadata: newTableMetadata(spec, uuid, directory),
    };
  }

  async #planWrite(goal: Extract<WriteGoal, { kind: 'append' | 'overwrite' }>) {
    const { store, metadata } = this.#parts;
    const pointer = store.relation(goal.table);
    if (pointer === null || pointer.uuid !== goal.table.uuid) throw unknownTable(store, goal.table);
    if (pointer.kind !== 'table') throw wrongKind(pointer, pointer.kind);
    return {
      goal: goal.kind,
      table: { schema: pointer.schema, name: pointer.name, uuid: pointer.uuid },
      create: null,
      tableDirectory: locationToPath(pointer.tableLocation),
      metadata: await metadata.table(pointer.metadataLocation),
    };
  }
}
