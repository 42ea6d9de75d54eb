import type { Catalog } from '../../spi/index.ts';
import type { StreamStatus } from '../stream/stream-status.ts';

/** Returns the streams of the materialized views that are in a catalog: one that a user sees holds those that he may know of. */
export async function visibleStreams(streams: readonly StreamStatus[], catalog: Catalog): Promise<readonly StreamStatus[]> {
  const names = new Set<string>();
  for (const schema of await catalog.schemas()) {
    for (const entry of await catalog.relations(schema)) if (entry.kind === 'materialized_view') names.add(`${entry.schema}.${entry.name}`);
  }
  return streams.filter(({ name }) => names.has(name));
}
