import type {
  Catalog,
  DataType,
  Field,
  MetadataTable,
  MetadataTableName,
  RelationEntry,
  RelationName,
  SnapshotEntry,
  TableSnapshot,
  TableSpec,
  TimeTravel,
  ViewDefinition,
} from '../../spi/index.ts';
import { assert, PlatformError } from '../../spi/index.ts';

/** A catalog in memory, for tests: tables are empty, and have snapshot '1' unless told otherwise. */
export class MemoryCatalog implements Catalog {
  #relations = new Map<string, TableSnapshot | ViewDefinition>();
  #histories = new Map<string, readonly SnapshotEntry[]>();
  /** True while the maps are those of a pinned state, too, which a change must not reach. */
  #isShared = false;
  readonly #schemas: ReadonlySet<string>;
  #created = 0;

  constructor(schemas: Iterable<string> = ['main']) {
    this.#schemas = schemas instanceof Set ? (schemas as ReadonlySet<string>) : new Set(schemas);
  }

  /** Adds a table as CREATE TABLE would. */
  createTable(spec: TableSpec, snapshotId: string | null = '1'): TableSnapshot {
    this.#created += 1;
    this.#own();
    const fields = spec.columns.map(({ name, type, nullable, comment }, index): Field => {
      const field = { id: index + 1, name, type: numbered(type), nullable };
      return comment === undefined ? field : { ...field, comment };
    });
    const table: TableSnapshot = {
      kind: 'table',
      ref: { ...spec.name, uuid: `00000000-0000-4000-8000-${String(this.#created).padStart(12, '0')}` },
      snapshotId,
      schemaId: 0,
      fields,
      partitionSpec: {
        specId: 0,
        fields: spec.partitioning.map((field, index) => ({
          sourceId: fields.find((candidate) => candidate.name === field.column)?.id ?? 0,
          fieldId: 1000 + index,
          name: field.column,
          transform: field.transform,
        })),
      },
      properties: spec.properties,
      rows: null,
      bytes: null,
      files: null,
      comment: spec.comment,
    };
    this.#relations.set(keyOf(spec.name), table);
    return table;
  }

  /** Adds a snapshot, which becomes the current one; snapshots of before are known too from then on. */
  addSnapshot(name: RelationName, snapshotId: string, facts: Partial<Pick<SnapshotEntry, 'committedAtMs' | 'summary'>> = {}): void {
    const found = this.#relations.get(keyOf(name));
    assert(found?.kind === 'table', 'snapshots are those of a table');
    this.#own();
    const entries = this.#histories.get(keyOf(name)) ?? [];
    const sequenceNumber = entries.length + 1;
    const entry = { snapshotId, parentId: null, sequenceNumber, committedAtMs: sequenceNumber, operation: 'append', summary: {}, ...facts };
    this.#histories.set(keyOf(name), [...entries, entry]);
    this.#relations.set(keyOf(name), { ...found, snapshotId });
  }

  /** Says that the current snapshot of a table has delete files. */
  addDeleteFiles(name: RelationName): void {
    const found = this.#relations.get(keyOf(name));
    assert(found?.kind === 'table', 'delete files are those of a table');
    this.#own();
    this.#relations.set(keyOf(name), { ...found, deletes: true });
  }

  /** Adds a view as CREATE VIEW would. */
  createView(view: Omit<ViewDefinition, 'kind'>): void {
    this.#own();
    this.#relations.set(keyOf(view.name), { kind: 'view', ...view });
  }

  /** A committed state is pinned without a copy, as those of stored catalogs are. */
  pinned(): MemoryCatalog {
    const copy = new MemoryCatalog(this.#schemas);
    copy.#relations = this.#relations;
    copy.#histories = this.#histories;
    copy.#isShared = true;
    this.#isShared = true;
    return copy;
  }

  #own(): void {
    if (!this.#isShared) return;
    this.#relations = new Map(this.#relations);
    this.#histories = new Map(this.#histories);
    this.#isShared = false;
  }

  schemas(): Promise<readonly string[]> {
    return Promise.resolve([...this.#schemas]);
  }

  relations(schema: string): Promise<readonly RelationEntry[]> {
    const entries = [...this.#relations.values()].map((found): RelationEntry => {
      const name = found.kind === 'table' ? found.ref : found.name;
      return { schema: name.schema, name: name.name, kind: found.kind };
    });
    return Promise.resolve(entries.filter((entry) => entry.schema === schema));
  }

  resolve(name: RelationName, at?: TimeTravel): Promise<TableSnapshot | ViewDefinition | null> {
    const found = this.#relations.get(keyOf(name)) ?? null;
    if (found?.kind !== 'table' || at === undefined) return Promise.resolve(found);
    const entries = this.#histories.get(keyOf(name));
    if (entries !== undefined) return findEntry(found, entries, at);
    if (at.kind === 'timestamp') return Promise.resolve(found);
    if (at.kind === 'reference') return Promise.reject(new PlatformError('CATALOG_UNKNOWN_SNAPSHOT', `no branch or tag ${at.name}`));
    if (BigInt(at.snapshotId) > BigInt(found.snapshotId ?? '0')) {
      return Promise.reject(new PlatformError('CATALOG_UNKNOWN_SNAPSHOT', `table ${name.name} has no snapshot ${at.snapshotId}`));
    }
    return Promise.resolve({ ...found, snapshotId: at.snapshotId });
  }

  history(name: RelationName): Promise<readonly SnapshotEntry[]> {
    return Promise.resolve(this.#histories.get(keyOf(name)) ?? []);
  }

  /** Each has one row, with the table's name and the snapshot that is described. */
  metadataTable(table: RelationName, name: MetadataTableName, snapshotId: string | null): Promise<MetadataTable> {
    const columns: MetadataTable['columns'] = [
      { name: 'told', type: 'varchar' },
      { name: 'snapshot_id', type: 'bigint' },
    ];
    return Promise.resolve({ columns, rows: [[`${table.name} ${name}`, snapshotId]] });
  }
}

function findEntry(table: TableSnapshot, entries: readonly SnapshotEntry[], at: TimeTravel): Promise<TableSnapshot> {
  const entry = entries.findLast((one) =>
    at.kind === 'timestamp' ? one.committedAtMs <= at.atMs : at.kind === 'snapshot' && one.snapshotId === at.snapshotId,
  );
  if (entry !== undefined) return Promise.resolve({ ...table, snapshotId: entry.snapshotId });
  return Promise.reject(new PlatformError('CATALOG_UNKNOWN_SNAPSHOT', `table ${table.ref.name} has no such snapshot`));
}

const keyOf = (name: RelationName): string => `${name.schema}.${name.name}`.toLowerCase();

/** Nested fields get ids of their own, as stored ones have. */
function numbered(type: DataType): DataType {
  if (type.kind === 'list') return { ...type, elementId: 501, element: numbered(type.element) };
  if (type.kind === 'map') return { ...type, keyId: 601, valueId: 602, key: numbered(type.key), value: numbered(type.value) };
  if (type.kind === 'struct')
    return { ...type, fields: type.fields.map((field, index) => ({ ...field, id: 701 + index, type: numbered(field.type) })) };
  return type;
}
