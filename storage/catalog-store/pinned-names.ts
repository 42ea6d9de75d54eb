import type { RelationName } from '../../spi/index.ts';
import type { NameStore, RelationPointer } from './catalog-store.ts';

/** A copy of a catalog's names and pointers. */
export class PinnedNames implements NameStore {
  readonly #schemas: ReadonlyMap<string, string>;
  readonly #relations = new Map<string, Map<string, RelationPointer>>();

  /** Both lists are in the order of the catalog. */
  constructor(schemas: readonly string[], relations: readonly RelationPointer[]) {
    this.#schemas = new Map(schemas.map((schema) => [schema.toLowerCase(), schema]));
    for (const schema of this.#schemas.keys()) this.#relations.set(schema, new Map());
    for (const pointer of relations) this.#relations.get(pointer.schema.toLowerCase())?.set(pointer.name.toLowerCase(), pointer);
  }

  pinned(): NameStore {
    return this;
  }

  schemas(): readonly string[] {
    return [...this.#schemas.values()];
  }

  schema(name: string): string | null {
    return this.#schemas.get(name.toLowerCase()) ?? null;
  }

  relations(schema: string): readonly RelationPointer[] {
    return [...(this.#relations.get(schema.toLowerCase())?.values() ?? [])];
  }

  relation(name: RelationName): RelationPointer | null {
    return this.#relations.get(name.schema.toLowerCase())?.get(name.name.toLowerCase()) ?? null;
  }
}
