import {
  type Catalog,
  PlatformError,
  type RelationName,
  type TableSnapshot,
  type TimeTravel,
  type ViewDefinition,
} from '../../spi/index.ts';
import { OWNER_PROPERTY } from '../../sql/bind/index.ts';
import { objectKey, type ObjectRef, type Rights } from './rights.ts';

/** Returns what privileges on a table or view are kept under. */
export function relationRef(found: TableSnapshot | ViewDefinition): ObjectRef {
  const { schema, name } = found.kind === 'table' ? found.ref : found.name;
  const uuid = found.kind === 'table' ? found.ref.uuid : found.uuid;
  return {
    key: objectKey('relation', uuid ?? `${schema}.${name}`),
    schemaKey: objectKey('schema', schema),
    owner: found.kind === 'view' ? found.owner : found.properties[OWNER_PROPERTY],
  };
}

/** Returns what privileges on a schema are kept under. */
export function schemaRef(schema: string): ObjectRef {
  return { key: objectKey('schema', schema), schemaKey: null };
}

/** A catalog as one user sees it: what he may do nothing with is not there, and where he may read some columns only, the others are not there.
 *  What may be done with what is seen is decided afterwards. */
export class VisibleCatalog implements Catalog {
  readonly #catalog: Catalog;
  readonly #rights: Rights;
  readonly #whole = new WeakMap<TableSnapshot, TableSnapshot>();

  /** @param catalog of one state: the decision about the statement is made on the same one */
  constructor(catalog: Catalog, rights: Rights) {
    this.#catalog = catalog;
    this.#rights = rights;
  }

  /** Returns a table that was resolved here with all of its columns. */
  wholeOf(table: TableSnapshot): TableSnapshot {
    return this.#whole.get(table) ?? table;
  }

  pinned(): Catalog {
    return this;
  }

  async schemas(): Promise<readonly string[]> {
    return (await this.#catalog.schemas()).filter((schema) => this.#usesSchema(schema));
  }

  async relations(schema: string): ReturnType<Catalog['relations']> {
    if (!this.#usesSchema(schema)) throw new PlatformError('CATALOG_UNKNOWN_SCHEMA', `no schema of the name ${schema}`);
    const entries = await this.#catalog.relations(schema);
    const seen = await Promise.all(entries.map((entry) => this.#sees(entry)));
    return entries.filter((_entry, index) => seen[index] === true);
  }

  async resolve(name: RelationName, at?: TimeTravel): Promise<TableSnapshot | ViewDefinition | null> {
    // Whether there is such a snapshot is told about tables only that are seen.
    if (at !== undefined && !(await this.#sees(name))) return null;
    const found = await this.#catalog.resolve(name, at);
    if (found === null || !this.#seesFound(found)) return null;
    return found.kind === 'table' ? this.#withColumns(found) : found;
  }

  async history(name: RelationName): ReturnType<Catalog['history']> {
    if (!(await this.#sees(name))) throw new PlatformError('CATALOG_UNKNOWN_TABLE', `no table or view of the name ${name.name}`);
    return this.#catalog.history(name);
  }

  async metadataTable(table: RelationName, name: Parameters<Catalog['metadataTable']>[1], snapshotId: string | null) {
    const found = await this.#catalog.resolve(table);
    if (found === null || !this.#seesFound(found)) {
      throw new PlatformError('CATALOG_UNKNOWN_TABLE', `no table or view of the name ${table.name}`);
    }
    // Bounds of columns are values of them, and there is no telling whose bounds a row shows.
    if (this.#rights.extent(relationRef(found), 'SELECT') !== 'all') {
      throw new PlatformError('AUTH_FORBIDDEN', `${table.schema}.${table.name}$${name} needs SELECT on all columns of the table.`);
    }
    return this.#catalog.metadataTable(table, name, snapshotId);
  }

  #usesSchema(schema: string): boolean {
    return this.#rights.extent(schemaRef(schema), 'USAGE') !== 'none';
  }

  async #sees(name: RelationName): Promise<boolean> {
    const found = await this.#catalog.resolve(name);
    return found !== null && this.#seesFound(found);
  }

  #seesFound(found: TableSnapshot | ViewDefinition): boolean {
    const { schema } = found.kind === 'table' ? found.ref : found.name;
    return this.#usesSchema(schema) && this.#rights.sees(relationRef(found));
  }

  /** Whoever may add or change whole rows has to know of all columns. */
  #withColumns(table: TableSnapshot): TableSnapshot {
    const ref = relationRef(table);
    const readable = this.#rights.extent(ref, 'SELECT');
    if (typeof readable === 'string') return table;
    const whole = ['INSERT', 'UPDATE', 'DELETE', 'TRUNCATE', 'ALTER'].some((privilege) => this.#rights.extent(ref, privilege) !== 'none');
    if (whole) return table;
    const narrowed = { ...table, fields: table.fields.filter(({ id }) => readable.has(String(id))) };
    this.#whole.set(narrowed, table);
    return narrowed;
  }
}
