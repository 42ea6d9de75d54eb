import type { DataFile, TableRef } from '../../spi/index.ts';
import type { CommitterParts } from '../../storage/committer/committer-parts.ts';
import type { CommitterRequest } from '../../storage/committer/committer-request.ts';
import { stageCopy } from './staged-copy.ts';

/** Stages a checkpoint of the view `v` that adds a copy of a data file to the result and one to the late rows `v_late`. */
export async function stageCheckpoint(
  parts: CommitterParts,
  template: DataFile,
  view: TableRef,
  { sequence, transactionId }: { readonly sequence: number; readonly transactionId: string },
): Promise<CommitterRequest> {
  const idempotencyKey = `checkpoint-${String(sequence)}`;
  const write = (name: string) => stageCopy(parts, template, { name, idempotencyKey, transactionId, stream: view.uuid });
  return {
    operationId: transactionId,
    kind: 'commit_stream',
    table: view,
    writes: [await write('v'), await write('v_late')],
    checkpoint: {
      sequence,
      offsets: [{ table: view, snapshotId: '1' }],
      stateUri: null,
      openFiles: [],
      watermarksUs: [],
      rowsRead: 0,
      lateRows: 0,
      committedAtMs: 0,
    },
  };
}
