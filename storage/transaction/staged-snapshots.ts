/** Where the metadata of snapshots is that the transactions of this process have staged. Their ids are random, so that none is a table's snapshot. */
export class StagedSnapshots {
  readonly #locations = new Map<string, string>();

  add(snapshotId: string, metadataLocation: string): void {
    this.#locations.set(snapshotId, metadataLocation);
  }

  /** Returns the location of the metadata with the snapshot, null when it is not a staged one. */
  find(snapshotId: string | null): string | null {
    return snapshotId === null ? null : (this.#locations.get(snapshotId) ?? null);
  }

  remove(snapshotId: string): void {
    this.#locations.delete(snapshotId);
  }
}
