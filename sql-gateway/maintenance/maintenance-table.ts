import type { VirtualRelation } from '../../sql/bind/index.ts';
import { formatInstant } from '../query/format-instant.ts';
import type { MaintenanceEntry } from './maintenance-entry.ts';

/** Returns `system.maintenance`: the procedures that were called in the background, newest first. */
export function maintenanceTable(entries: readonly MaintenanceEntry[]): VirtualRelation {
  return {
    columns: [
      { name: 'table_name', type: 'varchar' },
      { name: 'procedure', type: 'varchar' },
      { name: 'state', type: 'varchar' },
      { name: 'started_at', type: 'timestamptz' },
      { name: 'ended_at', type: 'timestamptz' },
      { name: 'error_code', type: 'varchar' },
    ],
    rows: entries.map(({ table, procedure, startedAtMs, endedAtMs, errorCode }) => [
      table,
      procedure,
      endedAtMs === null ? 'running' : errorCode === null ? 'finished' : 'failed',
      formatInstant(startedAtMs),
      formatInstant(endedAtMs),
      errorCode,
    ]),
  };
}
