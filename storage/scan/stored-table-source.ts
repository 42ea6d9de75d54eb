import type { Field, ParquetSplit, ScanColumn, ScanPlan, ScanRequest, TableSource } from '../../spi/index.ts';
import { snapshotById } from '../catalog/find-snapshot.ts';
import type { MetadataReader } from '../catalog/metadata-reader.ts';
import { findTable } from '../catalog/find-table.ts';
import type { CatalogReader } from '../catalog-store/catalog-store.ts';
import type { DataService } from '../data/data-service.ts';
import type { TableMetadata } from '../iceberg/metadata/table-metadata.ts';
import type { OpenTransactions } from '../transaction/open-transactions.ts';
import type { ReadVerifier } from '../verify/read-verifier.ts';
import { planScan } from './plan-scan.ts';

/** Property of a table whose data files are checked before they are read: `true`. */
const VERIFY_ON_READ = 'verify-on-read';

/** Gives engines the rows of the tables of a warehouse. */
export class StoredTableSource implements TableSource {
  readonly #store: CatalogReader;
  readonly #metadata: MetadataReader;
  readonly #data: DataService;
  readonly #open: OpenTransactions;
  readonly #verifier: ReadVerifier | null;
  readonly #verifiesAll: boolean;

  /** @param verifier checks files before they are read; null for no checks
   *  @param verifiesAll whether the files of all tables are checked, and not only those of tables that ask for it */
  constructor(
    store: CatalogReader,
    metadata: MetadataReader,
    data: DataService,
    open: OpenTransactions,
    verifier: ReadVerifier | null = null,
    verifiesAll = false,
  ) {
    this.#store = store;
    this.#metadata = metadata;
    this.#data = data;
    this.#open = open;
    this.#verifier = verifier;
    this.#verifiesAll = verifiesAll;
  }

  async plan(request: ScanRequest): Promise<ScanPlan> {
    const table = await this.#table(request);
    const snapshot = request.snapshotId === null ? null : snapshotById(table, request.snapshotId);
    const plan = await planScan(this.#metadata, table, snapshot, request);
    const verifies = this.#verifiesAll || table.properties[VERIFY_ON_READ] === 'true';
    if (verifies && snapshot !== null) await this.#verifier?.check(table, snapshot, plan.splits);
    return plan;
  }

  read(split: ParquetSplit, columns: readonly ScanColumn[], signal?: AbortSignal): AsyncIterable<Uint8Array> {
    // Field ids decide what is read, so the columns asked for are all of the schema that the reader needs to know.
    const fields: Field[] = columns.map((column) => ({
      id: column.fieldId,
      name: column.name,
      type: column.type,
      nullable: column.nullable,
    }));
    return this.#data.read(split, fields, columns, signal);
  }

  async #table({ table, snapshotId }: ScanRequest): Promise<TableMetadata> {
    const { metadataLocation } = findTable(this.#store, table);
    const found = await this.#metadata.table(this.#open.staged(snapshotId) ?? metadataLocation);
    if (snapshotId === null || !/^\d+$/.test(snapshotId) || found.snapshots.has(BigInt(snapshotId))) return found;
    return (await this.#open.holding(table, snapshotId)) ?? found;
  }
}
