import type { RelationName, TableRef } from '../../spi/index.ts';
import type { NameStore, RelationPointer } from '../catalog-store/catalog-store.ts';

/** Names and pointers of one moment, with tables that point at metadata of the owner's. */
export class OverlaidNames implements NameStore {
  readonly #base: NameStore;
  readonly #locations: Map<string, string>;

  /** `base` stays as it is; metadata locations are by table uuid. */
  constructor(base: NameStore, locations: ReadonlyMap<string, string> = new Map()) {
    this.#base = base;
    this.#locations = new Map(locations);
  }

  /** Lets a table point at other metadata. */
  point(table: TableRef, metadataLocation: string): void {
    this.#locations.set(table.uuid, metadataLocation);
  }

  pinned(): NameStore {
    return new OverlaidNames(this.#base, this.#locations);
  }

  schemas(): readonly string[] {
    return this.#base.schemas();
  }

  schema(name: string): string | null {
    return this.#base.schema(name);
  }

  relations(schema: string): readonly RelationPointer[] {
    return this.#base.relations(schema).map((pointer) => this.#overlay(pointer));
  }

  relation(name: RelationName): RelationPointer | null {
    const pointer = this.#base.relation(name);
    return pointer === null ? null : this.#overlay(pointer);
  }

  #overlay(pointer: RelationPointer): RelationPointer {
    const metadataLocation = this.#locations.get(pointer.uuid);
    return metadataLocation === undefined ? pointer : { ...pointer, metadataLocation };
  }
}
