import {
  type Catalog,
  type MetadataTable,
  type MetadataTableName,
  PlatformError,
  type RelationEntry,
  type RelationName,
  type SnapshotEntry,
  type TableSnapshot,
  type TimeTravel,
  type ViewDefinition,
} from '../../spi/index.ts';

/** A branch of a table that a statement reads and writes in place of the table itself. */
export interface TableBranch {
  readonly table: RelationName;
  readonly branch: string;
}

/** A catalog in which a branch is what its table's name stands for, where no version is asked for. A branch that is not there yet has the rows of the
 *  table. */
export class BranchCatalog implements Catalog {
  readonly #catalog: Catalog;
  readonly #at: TableBranch;

  constructor(catalog: Catalog, at: TableBranch) {
    this.#catalog = catalog;
    this.#at = at;
  }

  pinned(): Catalog {
    return new BranchCatalog(this.#catalog.pinned(), this.#at);
  }

  schemas(): Promise<readonly string[]> {
    return this.#catalog.schemas();
  }

  relations(schema: string): Promise<readonly RelationEntry[]> {
    return this.#catalog.relations(schema);
  }

  async resolve(name: RelationName, at?: TimeTravel): Promise<TableSnapshot | ViewDefinition | null> {
    if (at !== undefined || !isSame(name, this.#at.table)) return this.#catalog.resolve(name, at);
    // Both looks are at one state, so that nobody makes the branch in between.
    const catalog = this.#catalog.pinned();
    const found = await catalog.resolve(name);
    if (found?.kind !== 'table') return found;
    const { branch } = this.#at;
    const own = await catalog.resolve(name, { kind: 'reference', name: branch }).catch(nullForUnknown);
    return { ...(own?.kind === 'table' ? own : found), ref: { ...found.ref, branch } };
  }

  history(name: RelationName): Promise<readonly SnapshotEntry[]> {
    return this.#catalog.history(name);
  }

  metadataTable(table: RelationName, name: MetadataTableName, snapshotId: string | null): Promise<MetadataTable> {
    return this.#catalog.metadataTable(table, name, snapshotId);
  }
}

function isSame(left: RelationName, right: RelationName): boolean {
  const inOwnCatalog = left.catalog === undefined && right.catalog === undefined;
  return inOwnCatalog && left.schema.toLowerCase() === right.schema.toLowerCase() && left.name.toLowerCase() === right.name.toLowerCase();
}

function nullForUnknown(error: unknown): null {
  if (error instanceof PlatformError && error.code === 'CATALOG_UNKNOWN_SNAPSHOT') return null;
  throw error;
}
