import type { RelationName } from '../../../spi/index.ts';
import type { CatalogStore, CatalogUpdate, RelationPointer } from '../../../storage/catalog-store/catalog-store.ts';
import { openCommitterParts } from '../../../storage/committer/open-committer-parts.ts';
import { serveCommitter } from '../../../storage/committer/serve-committer.ts';
import { localFileSystem } from '../../../storage/file/local-file-system.ts';

/** A mutant: its transactions see the pointer that was read before them, so the comparison always succeeds and the last writer wins. */
function withoutCompare(store: CatalogStore): CatalogStore {
  const lastRead = new Map<string, RelationPointer | null>();
  const blind = (state: CatalogUpdate): CatalogUpdate =>
    new Proxy(state, {
      get(target, property) {
        if (property === 'relation') return (name: RelationName) => lastRead.get(name.name) ?? target.relation(name);
        const value: unknown = Reflect.get(target, property);
        return typeof value === 'function' ? (value.bind(target) as unknown) : value;
      },
    });
  return new Proxy(store, {
    get(target, property) {
      if (property === 'update')
        return <Result>(id: string | null, work: (state: CatalogUpdate) => Result) => target.update(id, (state) => work(blind(state)));
      if (property === 'relation') {
        return (name: RelationName) => {
          const pointer = target.relation(name);
          lastRead.set(name.name, pointer);
          return pointer;
        };
      }
      const value: unknown = Reflect.get(target, property);
      return typeof value === 'function' ? (value.bind(target) as unknown) : value;
    },
  });
}

serveCommitter(async (warehouseDirectory, retriesMax) => {
  const parts = await openCommitterParts(warehouseDirectory, retriesMax, localFileSystem());
  return { ...parts, store: withoutCompare(parts.store) };
});
