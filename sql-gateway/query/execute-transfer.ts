import { assert, type MaintenanceRun } from '../../spi/index.ts';
import type { BoundTransfer } from '../../sql/bind/index.ts';
import { answerRow } from './answer-small.ts';
import type { StatementContext } from './statement-context.ts';
import type { StatementOutcome } from './statement-request.ts';

/** Carries out a procedure that brings tables into the warehouse or out of it, and answers what was done. */
export async function executeTransfer({ names, arguments: given }: BoundTransfer, context: StatementContext): Promise<StatementOutcome> {
  const { transfer, files, record } = context;
  const run: MaintenanceRun = {
    signal: record.signal,
    onProgress: (progress) => {
      record.describe({ progress });
    },
  };

  const name = names['table'];
  assert(name !== undefined, 'the binder asks for the name');
  const registration = { name, metadataFile: String(given['metadata_file']), checkFiles: given['check'] !== false };
  const found = await transfer.registerTable(registration, (folder) => files.checkFolder(folder), run);
  const { snapshotId, dataFiles, deleteFiles, rows } = found;
  return answerRow({ snapshot_id: snapshotId, data_files: dataFiles, delete_files: deleteFiles, record_count: rows });
}
