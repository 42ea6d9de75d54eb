import type { Catalog, Field, TableSnapshot } from '../../../spi/index.ts';

/** Schema in which the generated tables are found. */
export const CORPUS_SCHEMA = 'corpus';

/** Returns a catalog in memory over tables with one snapshot each. */
export function parquetCatalog(tables: ReadonlyMap<string, readonly Field[]>): Catalog {
  const snapshots = new Map([...tables].map(([name, fields]) => [name, snapshotOf(name, fields)]));
  const catalog: Catalog = {
    pinned: () => catalog,
    schemas: () => Promise.resolve([CORPUS_SCHEMA]),
    relations: () => Promise.resolve([...snapshots.keys()].map((name) => ({ kind: 'table', schema: CORPUS_SCHEMA, name }))),
    resolve: ({ name }) => Promise.resolve(snapshots.get(name.toLowerCase()) ?? null),
    history: () => Promise.resolve([]),
    metadataTable: () => Promise.resolve({ columns: [], rows: [] }),
  };
  return catalog;
}

function snapshotOf(name: string, fields: readonly Field[]): TableSnapshot {
  return {
    kind: 'table',
    ref: { schema: CORPUS_SCHEMA, name, uuid: name },
    snapshotId: '1',
    schemaId: 0,
    fields,
    partitionSpec: { specId: 0, fields: [] },
    properties: {},
    rows: null,
    bytes: null,
    files: null,
    comment: null,
  };
}
