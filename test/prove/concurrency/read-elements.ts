import { assert, type Catalog } from '../../../spi/index.ts';
import type { Warehouse } from '../../../storage/index.ts';

/** Returns the elements of a table and their files: each is one data file, in whose folder's name it stands. */
export async function readElements(
  warehouse: Pick<Warehouse, 'source'>,
  catalog: Catalog,
  name: string,
): Promise<readonly { readonly element: string; readonly uri: string }[]> {
  const table = await catalog.resolve({ schema: 'main', name });
  assert(table?.kind === 'table', 'the table is there');
  const request = { table: table.ref, snapshotId: table.snapshotId, schemaId: table.schemaId, columns: [], filter: null };
  const { splits } = await warehouse.source.plan(request);
  return splits.map(({ uri }) => ({ element: /-(p\d+_\d+)-1\/part-0\.parquet$/.exec(uri)?.[1] ?? uri, uri }));
}
