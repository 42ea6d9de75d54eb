import type { PlanColumn } from '../../spi/index.ts';

/** Gives columns their ids and knows which may be NULL at the place that is being bound. */
export class ColumnRegistry {
  #nextId = 1;
  /** By id. */
  readonly #nullable: boolean[] = [];

  /** Returns an id that the statement has not used yet. */
  nextId(): number {
    this.#nextId += 1;
    return this.#nextId - 1;
  }

  /** Makes a column under a fresh id out of an object that nothing else holds yet: a copy would have a hidden class of its own, and everything that
   *  reads columns would be slow. */
  create<Column extends Omit<PlanColumn, 'id'>>(column: Column): Column & { readonly id: number } {
    const made = column as Column & { id: number };
    made.id = this.add(column.nullable);
    return made;
  }

  /** Returns the id of a column that is made where this is called. */
  add(nullable: boolean): number {
    const id = this.nextId();
    this.#nullable[id] = nullable;
    return id;
  }

  /** Returns whether a column may be NULL; outer joins bound so far count. */
  isNullable(id: number): boolean {
    return this.#nullable[id] ?? true;
  }

  /** Says that an outer join makes a column nullable from here on. */
  markNullable(id: number): void {
    this.#nullable[id] = true;
  }
}
