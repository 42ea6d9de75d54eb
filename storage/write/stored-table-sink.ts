import { randomUUID } from 'node:crypto';
import {
  assert,
  type CommitResult,
  type FileInspection,
  type FileSource,
  type LegacyCompression,
  locationToPath,
  PlatformError,
  type TableRef,
  type TableSink,
  type TableSpec,
  type WriteGoal,
  type WriteTransaction,
} from '../../spi/index.ts';
import { checkName } from '../catalog/check-name.ts';
import { tableDirectory } from '../catalog/table-directory.ts';
import { findTable } from '../catalog/find-table.ts';
import { nameTaken, unknownSchema } from '../catalog/unknown-name.ts';
import { onBranch } from '../iceberg/metadata/branch-metadata.ts';
import type { TableMetadata } from '../iceberg/metadata/table-metadata.ts';
import { newTableMetadata } from '../commit/new-table-metadata.ts';
import { rewriteTerms } from './rewrite-terms.ts';
import type { SinkParts } from './sink-parts.ts';
import { StagedTransaction } from './staged-transaction.ts';
import { parseToken } from './transaction-token.ts';

/** Rows that were bound to an older schema are written with it: the files are read by field ids. */
function withSchema(metadata: TableMetadata, schemaId = metadata.schema.schemaId): TableMetadata {
  const schema = metadata.schemas.get(schemaId);
  assert(schema !== undefined, `the table has the schema ${String(schemaId)}`);
  return schema === metadata.schema ? metadata : { ...metadata, schema };
}

/** Takes rows into the tables of a warehouse. */
export class StoredTableSink implements TableSink {
  readonly #parts: SinkParts;

  constructor(parts: SinkParts) {
    this.#parts = parts;
  }

  async begin(goal: WriteGoal): Promise<WriteTransaction> {
    const plan = goal.kind === 'create' ? this.#planCreate(goal) : await this.#planWrite(goal);
    const transactionId = this.#parts.mark.nextWriteId();
    const { schema, spec } = plan.metadata;
    const ids = { transactionId, stagingId: transactionId, schemaId: schema.schemaId, specId: spec.specId };
    return new StagedTransaction(this.#parts, { ...plan, ...ids });
  }

  async reopen(text: string): Promise<WriteTransaction> {
    const token = parseToken(text);
    const { create, table } = token;
    const found = create === null ? await this.#findTable(table) : this.#directoryOf(create.spec, table.uuid);
    const { schema, spec } = found.metadata;
    if (schema.schemaId !== token.schemaId || spec.specId !== token.specId) {
      throw new PlatformError('STORAGE_CONFLICT', `The columns of the table ${table.name} have changed since the write began.`);
    }
    return new StagedTransaction(this.#parts, { ...token, ...found, stagingId: this.#parts.mark.nextWriteId() });
  }

  inspect(source: Omit<FileSource, 'columns'>): Promise<FileInspection> {
    return this.#parts.data.inspect(source);
  }

  committed(table: TableRef, idempotencyKey: string): Promise<CommitResult | null> {
    const earlier = this.#parts.committed(table.uuid, idempotencyKey);
    return Promise.resolve(earlier === null ? null : { ...earlier.result, repeated: true });
  }

  exportParquet(
    path: string,
    frames: AsyncIterable<Uint8Array>,
    legacy?: LegacyCompression,
  ): Promise<{ readonly rows: number; readonly bytes: number }> {
    return this.#parts.data.exportParquet(path, frames, legacy);
  }

  #planCreate(goal: Extract<WriteGoal, { kind: 'create' }>) {
    const { names } = this.#parts;
    const { spec, ifExists } = goal;
    checkName(spec.name.name, 'table');
    const schema = names.schema(spec.name.schema);
    if (schema === null) throw unknownSchema(names, spec.name.schema);
    const taken = names.relation(spec.name);
    if (taken !== null && ifExists === 'fail') throw nameTaken(taken.kind, taken.name);
    const uuid = randomUUID();
    return {
      goal: 'create' as const,
      create: { spec, ifExists },
      removes: [],
      table: { schema, name: spec.name.name, uuid },
      ...this.#directoryOf(spec, uuid),
    };
  }

  async #planWrite(goal: Exclude<WriteGoal, { kind: 'create' }>) {
    const found = await this.#findTable(goal.table);
    return {
      goal: goal.kind,
      create: null,
      ...rewriteTerms(goal.kind === 'rewrite' ? goal : { removes: [] }),
      ...found,
      metadata: withSchema(found.metadata, goal.schemaId),
    };
  }

  async #findTable(table: TableRef) {
    const { names, metadata } = this.#parts;
    const pointer = findTable(names, table);
    return {
      table: { ...table, schema: pointer.schema, name: pointer.name },
      tableDirectory: locationToPath(pointer.tableLocation),
      metadata: onBranch(await metadata.table(pointer.metadataLocation), table.branch),
    };
  }

  /** The directory depends on the name and the uuid alone, so a later process finds what an earlier one staged there. */
  #directoryOf(spec: TableSpec, uuid: string) {
    const directory = tableDirectory(this.#parts.layout.tablesDirectory, spec.name, uuid);
    return { tableDirectory: directory, metadata: newTableMetadata(spec, uuid, directory) };
  }
}
