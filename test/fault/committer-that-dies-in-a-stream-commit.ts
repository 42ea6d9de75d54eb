import { runChild } from '../../runtime/process/index.ts';
import { assert } from '../../spi/index.ts';
import type { CatalogStore, CatalogUpdate } from '../../storage/catalog-store/catalog-store.ts';
import type { CommitterRequest } from '../../storage/committer/committer-request.ts';
import { openCommitterParts } from '../../storage/committer/open-committer-parts.ts';
import { runRequest } from '../../storage/committer/run-request.ts';
import { localFileSystem } from '../../storage/file/local-file-system.ts';
import { importMutant, type Mutation } from '../mutant/import-mutant.ts';

const die = (): void => {
  process.kill(process.pid, 'SIGKILL');
};

/** A store whose process is killed at its first update: before it, inside of its transaction when all was changed, or after it. */
function dying(store: CatalogStore, point: string): CatalogStore {
  return new Proxy(store, {
    get(target, property) {
      if (property === 'update') {
        return <Result>(id: string | null, work: (state: CatalogUpdate) => Result): Result => {
          if (point === 'before the transaction') die();
          const result = target.update(id, (state) => {
            const made = work(state);
            if (point === 'inside the transaction') die();
            return made;
          });
          if (point === 'after the transaction') die();
          return result;
        };
      }
      const value: unknown = Reflect.get(target, property);
      return typeof value === 'function' ? (value.bind(target) as unknown) : value;
    },
  });
}

/** A committer process that is killed at a named point of its first commit; a mutation of the storage may be given. */
runChild(async (channel) => {
  const [warehouseDirectory, point, mutation] = process.argv.slice(2);
  assert(warehouseDirectory !== undefined && point !== undefined, 'the committer is told its warehouse and when it dies');
  const parts = await openCommitterParts(warehouseDirectory, 10, localFileSystem());
  const run =
    mutation === undefined
      ? runRequest
      : (await importMutant<{ runRequest: typeof runRequest }>('committer/run-request.ts', JSON.parse(mutation) as Mutation)).runRequest;
  const store = dying(parts.store, point);
  channel.serve({ run: (request: CommitterRequest) => run({ ...parts, store }, request) });
});
