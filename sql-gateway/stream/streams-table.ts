import type { VirtualRelation } from '../../sql/bind/index.ts';
import type { StreamStatus } from './stream-status.ts';

/** Returns the streams as the table `system.streams`. */
export function streamsTable(streams: readonly StreamStatus[]): VirtualRelation {
  return {
    columns: [
      { name: 'name', type: 'varchar' },
      { name: 'state', type: 'varchar' },
      { name: 'sources', type: 'varchar' },
      { name: 'checkpoint', type: 'bigint' },
      { name: 'committed_at', type: 'timestamptz' },
      { name: 'rows_read', type: 'bigint' },
      { name: 'late_rows', type: 'bigint' },
      { name: 'watermark', type: 'timestamptz' },
      { name: 'lag', type: 'bigint' },
      { name: 'error', type: 'varchar' },
      { name: 'query', type: 'varchar' },
    ],
    rows: streams.map((stream) => [
      stream.name,
      stream.state,
      stream.sources.join(', '),
      String(stream.checkpoint),
      instantOf(stream.committedAtMs === null ? null : String(BigInt(stream.committedAtMs) * 1000n)),
      String(stream.rowsRead),
      String(stream.lateRows),
      instantOf(stream.watermarkUs),
      stream.lag === null ? null : String(stream.lag),
      stream.error,
      stream.query,
    ]),
  };
}

/** The canonical text of a `timestamptz`: UTC, microseconds. Instants beyond what dates can say are not shown. */
function instantOf(atUs: string | null): string | null {
  if (atUs === null) return null;
  const micros = BigInt(atUs);
  const fraction = ((micros % 1_000_000n) + 1_000_000n) % 1_000_000n;
  const date = new Date(Number((micros - fraction) / 1000n));
  if (Number.isNaN(date.getTime()) || date.getUTCFullYear() < 1 || date.getUTCFullYear() > 9999) return null;
  return `${date.toISOString().slice(0, 19).replace('T', ' ')}.${String(fraction).padStart(6, '0')}+00`;
}
