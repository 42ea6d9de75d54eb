import type { Snapshot } from '../iceberg/metadata/table-metadata.ts';
import type { SealedFile } from './seal-data-files.ts';

/** Returns the summary of a new snapshot: the operation, what it changes and the totals after it. Totals are left out when the parent's are unknown.
 *  @see Iceberg spec, Appendix F, "Optional Snapshot Summary Fields" */
export function snapshotSummary(
  goal: 'append' | 'overwrite' | 'create',
  sealed: readonly SealedFile[],
  parent: Snapshot | null,
): Readonly<Record<string, string>> {
  const added = {
    files: sealed.length,
    rows: sealed.reduce((sum, file) => sum + file.file.rows, 0),
    bytes: sealed.reduce((sum, file) => sum + file.file.bytes, 0),
  };
  const before = parent === null ? { files: 0, rows: 0, bytes: 0 } : parentTotals(parent);
  const replaces = goal === 'overwrite';
  const summary: Record<string, string> = {
    operation: replaces ? 'overwrite' : 'append',
    'added-data-files': String(added.files),
    'added-records': String(added.rows),
    'added-files-size': String(added.bytes),
  };
  if (replaces && before !== null) {
    summary['deleted-data-files'] = String(before.files);
    summary['deleted-records'] = String(before.rows);
    summary['removed-files-size'] = String(before.bytes);
  }
  const kept = replaces ? { files: 0, rows: 0, bytes: 0 } : before;
  if (kept !== null) {
    summary['total-data-files'] = String(kept.files + added.files);
    summary['total-records'] = String(kept.rows + added.rows);
    summary['total-files-size'] = String(kept.bytes + added.bytes);
    summary['total-delete-files'] = '0';
    summary['total-position-deletes'] = '0';
    summary['total-equality-deletes'] = '0';
  }
  return summary;
}

function parentTotals(parent: Snapshot): { files: number; rows: number; bytes: number } | null {
  const { summary } = parent;
  const files = Number(summary['total-data-files'] ?? NaN);
  const rows = Number(summary['total-records'] ?? NaN);
  const bytes = Number(summary['total-files-size'] ?? NaN);
  return Number.isNaN(files + rows + bytes) ? null : { files, rows, bytes };
}
