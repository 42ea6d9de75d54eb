import type { StagedWrite } from '../committer/committer-request.ts';
import type { Snapshot } from '../iceberg/metadata/table-metadata.ts';
import type { RemovedTotals } from './remove-data-files.ts';
import type { SealedFile } from './seal-data-files.ts';

const DELETE_TOTALS = ['total-delete-files', 'total-position-deletes', 'total-equality-deletes'];

type DataTotals = Pick<RemovedTotals, 'files' | 'rows' | 'bytes'>;

/** Returns the summary of a new snapshot: the operation, what it changes and the totals after it. Totals are left out when the parent's are unknown.
 *  @see Iceberg spec, Appendix F, "Optional Snapshot Summary Fields" */
export function snapshotSummary(
  write: Pick<StagedWrite, 'goal' | 'removes' | 'sameRows'>,
  sealed: readonly SealedFile[],
  rewritten: RemovedTotals,
  parent: Snapshot | null,
): Readonly<Record<string, string>> {
  const deletes = sealed.filter(({ file }) => file.deletes !== undefined);
  const added = sizeOf(sealed.filter(({ file }) => file.deletes === undefined));
  const all = write.goal === 'overwrite';
  const before = parent === null ? { files: 0, rows: 0, bytes: 0 } : parentTotals(parent);
  const removed = all ? before : rewritten;
  const replaces = all || write.removes.length + deletes.length > 0;
  const summary: Record<string, string> = {
    operation: write.sameRows === true ? 'replace' : replaces ? 'overwrite' : 'append',
    'added-data-files': String(added.files),
    'added-records': String(added.rows),
    'added-files-size': String(added.bytes),
  };
  if (replaces && removed !== null) {
    summary['deleted-data-files'] = String(removed.files);
    summary['deleted-records'] = String(removed.rows);
    summary['removed-files-size'] = String(removed.bytes);
  }
  if (all || before !== null) {
    const kept = (key: 'files' | 'rows' | 'bytes'): number => (all ? 0 : (before?.[key] ?? 0) - rewritten[key]);
    summary['total-data-files'] = String(kept('files') + added.files);
    summary['total-records'] = String(kept('rows') + added.rows);
    summary['total-files-size'] = String(kept('bytes') + added.bytes);
  }
  const positions = {
    files: deletes.length,
    vectors: deletes.filter(({ file }) => file.vector !== undefined).length,
    rows: deletes.reduce((sum, { file }) => sum + (file.vector?.rows ?? file.rows), 0),
  };
  Object.assign(
    summary,
    deleteCounts('added', positions),
    deleteCounts('removed', { ...rewritten, files: rewritten.deleteFiles, rows: rewritten.positions }),
  );
  if (rewritten.equalityFiles > 0) {
    summary['removed-delete-files'] = String(rewritten.deleteFiles + rewritten.equalityFiles);
    summary['removed-equality-delete-files'] = String(rewritten.equalityFiles);
    summary['removed-equality-deletes'] = String(rewritten.equalityRows);
  }
  const files = positions.files - rewritten.deleteFiles - rewritten.equalityFiles;
  const changes = [files, positions.rows - rewritten.positions, -rewritten.equalityRows];
  DELETE_TOTALS.forEach((key, index) => {
    const earlier = all || parent === null ? 0 : Number(parent.summary[key] ?? NaN);
    if (!Number.isNaN(earlier)) summary[key] = String(earlier + (changes[index] ?? 0));
  });
  return summary;
}

function deleteCounts(
  what: 'added' | 'removed',
  { files, vectors, rows }: { readonly files: number; readonly vectors: number; readonly rows: number },
): Readonly<Record<string, string>> {
  if (files === 0) return {};
  return {
    [`${what}-delete-files`]: String(files),
    ...(files === vectors ? {} : { [`${what}-position-delete-files`]: String(files - vectors) }),
    ...(vectors === 0 ? {} : { [`${what}-dvs`]: String(vectors) }),
    [`${what}-position-deletes`]: String(rows),
  };
}

function sizeOf(sealed: readonly SealedFile[]): DataTotals {
  return {
    files: sealed.length,
    rows: sealed.reduce((sum, file) => sum + file.file.rows, 0),
    bytes: sealed.reduce((sum, file) => sum + file.file.bytes, 0),
  };
}

function parentTotals(parent: Snapshot): DataTotals | null {
  const { summary } = parent;
  const files = Number(summary['total-data-files'] ?? NaN);
  const rows = Number(summary['total-records'] ?? NaN);
  const bytes = Number(summary['total-files-size'] ?? NaN);
  return Number.isNaN(files + rows + bytes) ? null : { files, rows, bytes };
}
