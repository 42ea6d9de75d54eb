import type { CatalogUpdate } from '../catalog-store/catalog-store.ts';

/** Forgets a stream and its tables, whose files are left to the sweep. */
export function removeStream(state: CatalogUpdate, tableUuid: string): void {
  const stream = state.stream(tableUuid);
  if (stream === null) return;
  for (const table of [stream.table, stream.lateTable]) {
    const pointer = table === null ? null : state.relation(table);
    if (pointer?.stream === tableUuid) state.removeRelation(pointer);
  }
  state.removeStream(tableUuid);
}
