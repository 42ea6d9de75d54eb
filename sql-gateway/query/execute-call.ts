import { type MaintenanceRun, PlatformError, type TableMaintenance, type TableRef } from '../../spi/index.ts';
import type { BoundCall } from '../../sql/bind/index.ts';
import { answerRow, answerTable, type SmallColumn } from './answer-small.ts';
import { executeAddFiles } from './execute-add-files.ts';
import { executeOptimize } from './execute-optimize.ts';
import type { StatementContext } from './statement-context.ts';
import type { StatementOutcome } from './statement-request.ts';

/** Units: milliseconds. Younger files may belong to a write under way, so they count as orphans only where the caller insists. */
const ORPHAN_AGE_MS = 3 * 86_400_000;
const ORPHAN_AGE_MS_MIN = 86_400_000;

/** Carries out a procedure and answers what was done.
 *  Guarantees: it may be called again after a crash, and then goes on. */
export async function executeCall(statement: BoundCall, context: StatementContext): Promise<StatementOutcome> {
  const { table } = statement;
  const { maintenance, record } = context;
  const run: MaintenanceRun = {
    signal: record.signal,
    onProgress: (progress) => {
      record.describe({ progress });
    },
  };
  switch (statement.procedure) {
    case 'system.optimize':
    case 'system.rewrite_data_files':
      return executeOptimize(statement, context);
    case 'system.add_files':
      return executeAddFiles(statement, context);
    case 'system.rewrite_manifests': {
      const { before, after, snapshotId } = await maintenance.rewriteManifests(table);
      return answerRow({ manifests_before: before, manifests_after: after, snapshot_id: snapshotId });
    }
    case 'system.expire_snapshots': {
      const done = await maintenance.expireSnapshots(table, expiryRules(statement), run);
      const { snapshots, pinnedSnapshots, dataFiles, metadataFiles, bytes } = done;
      return answerRow({ snapshots, pinned_snapshots: pinnedSnapshots, data_files: dataFiles, metadata_files: metadataFiles, bytes });
    }
    case 'system.remove_orphan_files':
      return removeOrphans(statement, maintenance, run);
    case 'system.rollback_to_snapshot':
      return setCurrent(maintenance, table, textOf(statement, 'snapshot_id'), true);
    case 'system.rollback_to_timestamp': {
      const found = await context.catalog.resolve(table, { kind: 'timestamp', atMs: Number(textOf(statement, 'timestamp')) });
      const snapshotId = found?.kind === 'table' ? found.snapshotId : null;
      if (snapshotId === null) throw new PlatformError('CATALOG_UNKNOWN_SNAPSHOT', `The table ${table.name} has no snapshot.`);
      return setCurrent(maintenance, table, snapshotId, true);
    }
    case 'system.set_current_snapshot':
      return setCurrent(maintenance, table, textOf(statement, 'snapshot_id'), false);
    case 'system.verify': {
      const { files, bytes, filesWithoutChecksum } = await maintenance.verify(table, run);
      return answerRow({ files, bytes, files_without_checksum: filesWithoutChecksum });
    }
  }
}

function expiryRules({ arguments: given, procedure }: BoundCall): Parameters<TableMaintenance['expireSnapshots']>[1] {
  const { older_than: olderThan, retain_last: retainLast } = given;
  if (retainLast !== undefined && Number(retainLast) < 1) {
    throw new PlatformError('SQL_INVALID_VALUE', `${procedure} keeps at least one snapshot: retain_last is ${String(retainLast)}.`);
  }
  return {
    ...(olderThan === undefined ? {} : { olderThanMs: Number(olderThan) }),
    ...(retainLast === undefined ? {} : { retainLast: Number(retainLast) }),
  };
}

async function removeOrphans(statement: BoundCall, maintenance: TableMaintenance, run: MaintenanceRun): Promise<StatementOutcome> {
  const { older_than: olderThan, dry_run: dryRun, force } = statement.arguments;
  const now = Date.now();
  const olderThanMs = olderThan === undefined ? now - ORPHAN_AGE_MS : Number(olderThan);
  if (olderThanMs > now - ORPHAN_AGE_MS_MIN && force !== true) {
    throw new PlatformError('SQL_INVALID_VALUE', 'Files of the last day may belong to a write that is under way.', {
      hint: 'Give an older_than of at least a day ago, or force => true when nothing writes to the table.',
    });
  }
  const orphans = await maintenance.removeOrphanFiles(statement.table, { olderThanMs, dryRun: dryRun === true }, run);
  const columns: readonly SmallColumn[] = [
    { name: 'location', type: 'varchar' },
    { name: 'bytes', type: 'bigint' },
    { name: 'removed', type: 'boolean' },
  ];
  return answerTable(
    columns,
    orphans.map(({ location, bytes }) => [location, String(bytes), dryRun !== true]),
  );
}

async function setCurrent(
  maintenance: TableMaintenance,
  table: TableRef,
  snapshotId: string,
  rollback: boolean,
): Promise<StatementOutcome> {
  const { previousSnapshotId } = await maintenance.setCurrentSnapshot(table, snapshotId, rollback);
  return answerRow({ previous_snapshot_id: previousSnapshotId, current_snapshot_id: snapshotId });
}

const textOf = ({ arguments: given }: BoundCall, name: string): string => String(given[name]);
