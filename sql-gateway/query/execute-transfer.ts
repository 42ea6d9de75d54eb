import { assert, type MaintenanceRun, PlatformError, type RestoreRequest } from '../../spi/index.ts';
import type { BoundTransfer } from '../../sql/bind/index.ts';
import { answerRow } from './answer-small.ts';
import type { StatementContext } from './statement-context.ts';
import type { StatementOutcome } from './statement-request.ts';

/** Carries out a procedure that brings tables into the warehouse or out of it, and answers what was done. */
export async function executeTransfer(
  { procedure, names, arguments: given }: BoundTransfer,
  context: StatementContext,
): Promise<StatementOutcome> {
  const { transfer, files, record } = context;
  const run: MaintenanceRun = {
    signal: record.signal,
    onProgress: (progress) => {
      record.describe({ progress });
    },
  };

  const { folder } = given;
  switch (procedure) {
    case 'system.register_table': {
      const name = names['table'];
      assert(name !== undefined, 'the binder asks for the name');
      const registration = { name, metadataFile: String(given['metadata_file']), checkFiles: given['check'] !== false };
      const found = await transfer.registerTable(registration, (each) => files.checkFolder(each), run);
      const { snapshotId, dataFiles, deleteFiles, rows } = found;
      return answerRow({ snapshot_id: snapshotId, data_files: dataFiles, delete_files: deleteFiles, record_count: rows });
    }
    case 'system.backup': {
      await files.checkFolder(String(folder));
      const { tables, files: total, bytes, copiedFiles, copiedBytes } = await transfer.backup(String(folder), run);
      return answerRow({ tables, files: total, bytes, copied_files: copiedFiles, copied_bytes: copiedBytes });
    }
    case 'system.restore': {
      await files.checkFolder(String(folder));
      const { tables, files: total, bytes } = await transfer.restore(String(folder), restoreRequest(names), run);
      return answerRow({ tables, files: total, bytes });
    }
  }
}

/** @throws SQL_PARAMETER for another name without a table */
function restoreRequest({ table, as: name }: BoundTransfer['names']): RestoreRequest {
  if (table !== undefined) return { table, name: name ?? null };
  if (name === undefined) return { table: null, name: null };
  throw new PlatformError('SQL_PARAMETER', 'system.restore gives another name to a table that is named: "table" is missing.');
}
