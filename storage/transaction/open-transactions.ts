import type { RelationName, TableRef } from '../../spi/index.ts';
import type { TableMetadata } from '../iceberg/metadata/table-metadata.ts';

/** What a transaction that has not ended may still read. */
export interface OpenTransaction {
  /** Returns a table as it was at the begin; null when it was not there, or the transaction has come too late to read it. */
  atBegin(table: RelationName): Promise<TableMetadata | null>;
  /** Returns the location of the metadata with a snapshot that the transaction has staged, null when it has staged no such one. */
  staged(snapshotId: string): string | null;
  /** Paths of the metadata files that the transaction has staged. */
  stagedFiles(): readonly string[];
}

/** The transactions of this process that have not ended: what they read or have staged stays. */
export class OpenTransactions {
  readonly #open = new Set<OpenTransaction>();

  add(transaction: OpenTransaction): void {
    this.#open.add(transaction);
  }

  /** Returns whether it was still open. */
  remove(transaction: OpenTransaction): boolean {
    return this.#open.delete(transaction);
  }

  /** Returns the location of the metadata with a staged snapshot, null when it is not a staged one. Ids are random, so that none is a table's snapshot. */
  staged(snapshotId: string | null): string | null {
    if (snapshotId === null) return null;
    for (const transaction of this.#open) {
      const location = transaction.staged(snapshotId);
      if (location !== null) return location;
    }
    return null;
  }

  /** Returns metadata of a table with a snapshot that the table has forgotten since a transaction began, null when there is none. */
  async holding(table: TableRef, snapshotId: string): Promise<TableMetadata | null> {
    for (const found of await this.#atBegin(table)) if (found.snapshots.has(BigInt(snapshotId))) return found;
    return null;
  }

  /** Returns ids of the snapshots that a table had when transactions began. */
  async pins(table: TableRef): Promise<readonly string[]> {
    return (await this.#atBegin(table)).flatMap(({ current }) => (current === null ? [] : [current.snapshotId.toString()]));
  }

  /** Returns the paths of the metadata files that transactions have staged. */
  stagedFiles(): readonly string[] {
    return [...this.#open].flatMap((transaction) => transaction.stagedFiles());
  }

  async #atBegin(table: TableRef): Promise<readonly TableMetadata[]> {
    const found = await Promise.all([...this.#open].map((transaction) => transaction.atBegin(table)));
    return found.filter((metadata) => metadata !== null && metadata.uuid === table.uuid) as readonly TableMetadata[];
  }
}
