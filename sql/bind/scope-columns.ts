import type { DataType } from '../../spi/index.ts';
import type { ColumnRegistry } from './column-registry.ts';
import { CATALOG_NAME } from './relation-name.ts';

/** A column that may be named. */
export interface ScopeColumn {
  readonly name: string;
  readonly id: number;
  readonly type: DataType;
  /** Alias or name of the relation it comes from; null for a column merged by USING. */
  readonly table: string | null;
  readonly schema: string | null;
  /** True for what USING hides: it is read with its table's name only, and not part of `*`. */
  readonly qualifiedOnly: boolean;
  /** Where it stands among the columns of its relation, from 0. */
  readonly position: number;
  /** The relation that a subquery without a name selected the column from; read where nothing else has the name. */
  readonly innerTable?: string;
}

/** What is found where nothing has the name. */
export const NO_COLUMNS: readonly ScopeColumn[] = [];

/** Columns of one operand of FROM, or of several. */
export interface ColumnGroup {
  /** Returns the columns that have a name and belong to the relation that a qualifier (table, schema.table, catalog.schema.table) names.
   *  `keys` are the qualifier and the name, in lower case; the first `qualifiers` of them are the qualifier. */
  find(keys: readonly string[], qualifiers: number): readonly ScopeColumn[];
  /** Returns all columns, in the order of `*`. */
  all(): readonly ScopeColumn[];
  /** Returns the columns that a plan can name by now: columns may be made only when they are first asked for. */
  made(): readonly ScopeColumn[];
  /** Says that an outer join makes the columns nullable from here on, those too that are yet to be made. */
  markNullable(columns: ColumnRegistry): void;
  /** Returns the relations that the columns belong to. */
  tables(): readonly NamedRelation[];
}

/** A relation of FROM. */
export interface NamedRelation {
  /** Lower-case `schema.name`. */
  readonly key: string;
  readonly name: string;
}

/** The columns that a scope has, by groups: a join puts the groups of its sides beside each other, however many columns those have. */
export class ScopeColumns {
  static readonly NONE: ScopeColumns = new ScopeColumns([]);

  readonly groups: readonly ColumnGroup[];

  constructor(groups: readonly ColumnGroup[]) {
    this.groups = groups;
  }

  /** Makes a set of columns that are there already. */
  static of(columns: readonly ScopeColumn[]): ScopeColumns {
    return columns.length === 0 ? ScopeColumns.NONE : new ScopeColumns([new ListedColumns(columns)]);
  }

  /** Returns these columns and others after them. */
  with(others: ScopeColumns): ScopeColumns {
    if (this.groups.length === 0) return others;
    return others.groups.length === 0 ? this : new ScopeColumns([...this.groups, ...others.groups]);
  }

  /** Returns the columns of a name; see `ColumnGroup.find`. */
  find(keys: readonly string[], qualifiers: number): readonly ScopeColumn[] {
    let found = NO_COLUMNS;
    for (const group of this.groups) {
      const own = group.find(keys, qualifiers);
      if (own.length > 0) found = found.length === 0 ? own : [...found, ...own];
    }
    return found;
  }

  all(): readonly ScopeColumn[] {
    const { groups } = this;
    if (groups.length === 1 && groups[0] !== undefined) return groups[0].all();
    const columns: ScopeColumn[] = [];
    for (const group of groups) for (const column of group.all()) columns.push(column);
    return columns;
  }

  /** Returns the columns that a plan can name by now. */
  made(): readonly ScopeColumn[] {
    const columns: ScopeColumn[] = [];
    for (const group of this.groups) for (const column of group.made()) columns.push(column);
    return columns;
  }

  /** Returns by id whether a column is one of those that a plan can name by now. */
  madeIds(): boolean[] {
    const ids: boolean[] = [];
    for (const group of this.groups) for (const { id } of group.made()) ids[id] = true;
    return ids;
  }

  markNullable(columns: ColumnRegistry): void {
    for (const group of this.groups) group.markNullable(columns);
  }

  /** Returns the name of a relation that others have too; null when there is none. */
  sharedTable(others: ScopeColumns): string | null {
    for (const group of others.groups) {
      for (const { key, name } of group.tables()) if (this.#hasTable(key)) return name;
    }
    return null;
  }

  #hasTable(key: string): boolean {
    for (const group of this.groups) for (const table of group.tables()) if (table.key === key) return true;
    return false;
  }
}

/** Columns that are there already. */
class ListedColumns implements ColumnGroup {
  readonly #columns: readonly ScopeColumn[];
  /** By lower-case name, made when a name is looked for. */
  #byName: Map<string, ScopeColumn[]> | null = null;
  #tables: readonly NamedRelation[] | null = null;

  constructor(columns: readonly ScopeColumn[]) {
    this.#columns = columns;
  }

  find(keys: readonly string[], qualifiers: number): readonly ScopeColumn[] {
    this.#byName ??= indexColumns(this.#columns);
    const columns = this.#byName.get(keys[qualifiers] ?? '');
    if (columns === undefined) return NO_COLUMNS;
    for (const column of columns) if (!isOf(column, keys, qualifiers)) return columns.filter((other) => isOf(other, keys, qualifiers));
    return columns;
  }

  all(): readonly ScopeColumn[] {
    return this.#columns;
  }

  made(): readonly ScopeColumn[] {
    return this.#columns;
  }

  markNullable(columns: ColumnRegistry): void {
    for (const { id } of this.#columns) columns.markNullable(id);
  }

  tables(): readonly NamedRelation[] {
    this.#tables ??= tablesOf(this.#columns);
    return this.#tables;
  }
}

/** Columns of one relation mostly stand together. */
function tablesOf(columns: readonly ScopeColumn[]): readonly NamedRelation[] {
  const tables: NamedRelation[] = [];
  let last: ScopeColumn | null = null;
  for (const column of columns) {
    if (column.table === null || (last?.table === column.table && last.schema === column.schema)) continue;
    tables.push({ key: tableKey(column.schema, column.table), name: column.table });
    last = column;
  }
  return tables;
}

/** Returns the key of a relation's name: lower-case `schema.name`. */
export function tableKey(schema: string | null, table: string): string {
  return `${schema ?? ''}.${table}`.toLowerCase();
}

function indexColumns(columns: readonly ScopeColumn[]): Map<string, ScopeColumn[]> {
  const index = new Map<string, ScopeColumn[]>();
  for (const column of columns) {
    const name = column.name.toLowerCase();
    const same = index.get(name);
    if (same === undefined) index.set(name, [column]);
    else same.push(column);
  }
  return index;
}

/** Returns whether a column belongs to the relation that a qualifier names, which is the first `qualifiers` of the lower-case keys. */
export function isOf(column: ScopeColumn, keys: readonly string[], qualifiers: number): boolean {
  if (qualifiers === 0) return !column.qualifiedOnly;
  return column.table !== null && isNamed(column.table.toLowerCase(), column.schema?.toLowerCase() ?? null, keys, qualifiers);
}

/** Returns whether a qualifier names the relation of a lower-case name and schema. */
export function isNamed(table: string, schema: string | null, keys: readonly string[], qualifiers: number): boolean {
  if (table !== keys[qualifiers - 1]) return false;
  if (qualifiers > 1 && schema !== keys[qualifiers - 2]) return false;
  return qualifiers < 3 || keys[qualifiers - 3] === CATALOG_NAME;
}
