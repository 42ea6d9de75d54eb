import { type Field, lineageFields, type ScanColumn } from '../../spi/index.ts';
import { narrowest } from '../plan/index.ts';
import type { ColumnRegistry } from './column-registry.ts';
import { scanColumn } from './scan-column.ts';
import { type ColumnGroup, isNamed, type NamedRelation, NO_COLUMNS, type ScopeColumn, tableKey } from './scope-columns.ts';

type Positions = ReadonlyMap<string, number>;

const NO_FIELDS: readonly Field[] = [];

/** Positions of fields by lower-case name, of the schemas that were read so far. */
const positionsBySchema = new WeakMap<readonly Field[], Positions>();

function positionsOf(fields: readonly Field[]): Positions {
  let positions = positionsBySchema.get(fields);
  if (positions === undefined) {
    positions = new Map(fields.map((field, position) => [field.name.toLowerCase(), position]));
    positionsBySchema.set(fields, positions);
  }
  return positions;
}

/** Returns whether the fields of a table are told apart by their names without regard to case. */
export function hasUniqueNames(fields: readonly Field[]): boolean {
  return positionsOf(fields).size === fields.length;
}

/** The columns of a stored table: those of a wide table that a statement never names are never made. */
export class TableColumns implements ColumnGroup {
  readonly #registry: ColumnRegistry;
  readonly #fields: readonly Field[];
  readonly #positions: Positions;
  /** Columns that tell rows apart: they stand after the fields, and are no part of `*`. */
  readonly #lineage: readonly Field[];
  readonly #table: string;
  readonly #schema: string | null;
  readonly #tableKey: string;
  readonly #schemaKey: string | null;
  /** By position, the columns made so far. */
  readonly #made: (ScopeColumn | undefined)[] = [];
  /** The columns of the scan; it grows until `close`. */
  readonly scanned: ScanColumn[] = [];
  #isOptional = false;
  #isOrdered = true;
  #tables: readonly NamedRelation[] | null = null;

  /** @param hasLineage whether rows have ids, which may be named */
  constructor(
    registry: ColumnRegistry,
    fields: readonly Field[],
    named: { readonly table: string; readonly schema: string | null },
    hasLineage = false,
  ) {
    this.#registry = registry;
    this.#fields = fields;
    this.#positions = positionsOf(fields);
    this.#lineage = hasLineage ? lineageFields(fields) : NO_FIELDS;
    this.#table = named.table;
    this.#schema = named.schema;
    this.#tableKey = named.table.toLowerCase();
    this.#schemaKey = named.schema === null ? null : named.schema.toLowerCase();
  }

  find(keys: readonly string[], qualifiers: number): readonly ScopeColumn[] {
    if (qualifiers > 0 && !isNamed(this.#tableKey, this.#schemaKey, keys, qualifiers)) return NO_COLUMNS;
    const position = this.#positions.get(keys[qualifiers] ?? '');
    if (position === undefined) return this.#lineage === NO_FIELDS ? NO_COLUMNS : this.#findLineage(keys[qualifiers]);
    return [this.#made[position] ?? this.#make(position, this.#fields[position] as Field)];
  }

  #findLineage(key: string | undefined): readonly ScopeColumn[] {
    const index = this.#lineage.findIndex(({ name }) => name === key);
    const field = this.#lineage[index];
    if (field === undefined) return NO_COLUMNS;
    const position = this.#fields.length + index;
    return [this.#made[position] ?? this.#make(position, field)];
  }

  all(): readonly ScopeColumn[] {
    return this.#fields.map((field, position) => this.#made[position] ?? this.#make(position, field));
  }

  made(): readonly ScopeColumn[] {
    return this.#made.filter((column) => column !== undefined);
  }

  markNullable(columns: ColumnRegistry): void {
    this.#isOptional = true;
    for (const { id } of this.scanned) columns.markNullable(id);
  }

  tables(): readonly NamedRelation[] {
    this.#tables ??= [{ key: tableKey(this.#schema, this.#table), name: this.#table }];
    return this.#tables;
  }

  /** Puts the columns of the scan in the order of the table, so that the plan does not tell which of them was named first. A scan of which nothing is named
   *  has the narrowest column, by which its rows are counted. */
  close(): void {
    const { scanned } = this;
    if (scanned.length === 0) {
      const field = narrowest(this.#fields);
      if (field !== undefined) this.#make(this.#fields.indexOf(field), field);
    } else if (!this.#isOrdered) {
      const byId: ScanColumn[] = [];
      for (const column of scanned) byId[column.id] = column;
      let index = 0;
      for (const column of this.#made) {
        const read = column === undefined ? undefined : byId[column.id];
        if (read !== undefined) scanned[index++] = read;
      }
      this.#isOrdered = true;
    }
  }

  #make(position: number, field: Field): ScopeColumn {
    const { name, type, nullable } = field;
    const id = this.#registry.add(nullable || this.#isOptional);
    this.scanned.push(scanColumn(field, id));
    const column = { name, id, type, table: this.#table, schema: this.#schema, qualifiedOnly: false, position };
    if (position < this.#made.length) this.#isOrdered = false;
    this.#made[position] = column;
    return column;
  }
}
