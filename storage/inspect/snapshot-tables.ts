import type { MetadataTable } from '../../spi/index.ts';
import { JsonReader } from '../iceberg/json/json-reader.ts';
import { snapshotLine } from '../iceberg/metadata/snapshot-line.ts';
import type { TableMetadata } from '../iceberg/metadata/table-metadata.ts';
import { valueToText } from '../iceberg/value/value-text.ts';

/** Returns the snapshots of a table, oldest first. `summary` is a JSON object. */
export function snapshotsTable(table: TableMetadata): MetadataTable {
  const snapshots = [...table.snapshots.values()].sort((left, right) => left.sequenceNumber - right.sequenceNumber);
  return {
    columns: [
      { name: 'committed_at', type: 'timestamptz' },
      { name: 'snapshot_id', type: 'bigint' },
      { name: 'parent_id', type: 'bigint' },
      { name: 'operation', type: 'varchar' },
      { name: 'manifest_list', type: 'varchar' },
      { name: 'summary', type: 'varchar' },
    ],
    rows: snapshots.map(({ timestampMs, snapshotId, parentId, summary: { operation, ...summary }, manifestList }) => [
      instant(timestampMs),
      snapshotId.toString(),
      parentId?.toString() ?? null,
      operation ?? null,
      manifestList,
      JSON.stringify(summary),
    ]),
  };
}

/** Returns which snapshot was current from when on. One that a rollback left is no ancestor of the current one. */
export function historyTable(table: TableMetadata): MetadataTable {
  const line = table.current === null ? [] : [...snapshotLine(table, table.current.snapshotId)];
  const ancestors = new Set(line.map(({ snapshotId }) => snapshotId));
  return {
    columns: [
      { name: 'made_current_at', type: 'timestamptz' },
      { name: 'snapshot_id', type: 'bigint' },
      { name: 'parent_id', type: 'bigint' },
      { name: 'is_current_ancestor', type: 'boolean' },
    ],
    rows: table.snapshotLog.map(({ timestampMs, snapshotId }) => [
      instant(timestampMs),
      snapshotId.toString(),
      table.snapshots.get(snapshotId)?.parentId?.toString() ?? null,
      ancestors.has(snapshotId),
    ]),
  };
}

/** Returns the branches and tags of a table. Units: milliseconds for ages. */
export function refsTable({ refs }: TableMetadata): MetadataTable {
  const sorted = [...refs.values()].sort((left, right) => (left.name < right.name ? -1 : 1));
  const rows = sorted.map(({ name, type, snapshotId, json }) => {
    const ref = new JsonReader(json, 'The refs of the table');
    const number = (key: string): string | null => (ref.has(key) ? ref.long(key).toString() : null);
    return [
      name,
      type.toUpperCase(),
      snapshotId.toString(),
      number('max-ref-age-ms'),
      number('min-snapshots-to-keep'),
      number('max-snapshot-age-ms'),
    ];
  });
  return {
    columns: [
      { name: 'name', type: 'varchar' },
      { name: 'type', type: 'varchar' },
      { name: 'snapshot_id', type: 'bigint' },
      { name: 'max_reference_age_in_ms', type: 'bigint' },
      { name: 'min_snapshots_to_keep', type: 'bigint' },
      { name: 'max_snapshot_age_in_ms', type: 'bigint' },
    ],
    rows,
  };
}

/** Units: milliseconds since 1970 UTC. */
const instant = (ms: number): string => valueToText({ kind: 'timestamptz' }, BigInt(ms) * 1000n);
