import type { Json } from '../../runtime/process/index.ts';
import { alterTable } from '../alter/alter-table.ts';
import { renameRelation, renameSchema } from '../alter/rename.ts';
import { createSchema, createTable, createView, dropRelation, dropSchema } from '../commit/change-names.ts';
import { putRestored } from '../backup/put-restored.ts';
import { commitWrite } from '../commit/commit-write.ts';
import { registerTable, takeBackTable } from '../commit/register-table.ts';
import { maintainTable } from '../maintenance/maintain-table.ts';
import { putSetting, swapSettings } from '../setting/put-setting.ts';
import { changeStream, createStream, dropStream } from '../stream/change-streams.ts';
import { commitStream } from '../stream/commit-stream.ts';
import { sweepWarehouse } from '../sweep/sweep-warehouse.ts';
import { commitTransaction } from '../transaction/commit-transaction.ts';
import { stageWrite } from '../transaction/stage-write.ts';
import type { CommitterParts } from './committer-parts.ts';
import type { CommitterRequest } from './committer-request.ts';

/** Carries out one change of the catalog; it is durable when this returns. */
export async function runRequest(parts: CommitterParts, request: CommitterRequest): Promise<Json> {
  switch (request.kind) {
    case 'create_schema':
      createSchema(parts, request.operationId, request.schema, request.ifExists);
      return null;
    case 'drop_schema':
      dropSchema(parts, request.operationId, request.schema, request);
      return null;
    case 'create_table':
      await createTable(parts, request.operationId, request.spec, request.ifExists);
      return null;
    case 'alter_table':
      await alterTable(parts, request.operationId, request.table, request.changes);
      return null;
    case 'rename_relation':
      renameRelation(parts, request.operationId, request);
      return null;
    case 'rename_schema':
      renameSchema(parts, request.operationId, request.schema, request.newName);
      return null;
    case 'drop_relation':
      dropRelation(parts, request.operationId, request);
      return null;
    case 'create_view':
      await createView(parts, request.operationId, request.view, request.ifExists);
      return null;
    case 'commit_write':
      return (await commitWrite(parts, request.write)) as unknown as Json;
    case 'stage_write':
      return (await stageWrite(parts, request)) as unknown as Json;
    case 'commit_transaction':
      return (await commitTransaction(parts, request)) as unknown as Json;
    case 'hold_metadata':
      parts.oldMetadata.hold(request.transactionId);
      return null;
    case 'release_metadata':
      await parts.oldMetadata.release(request.transactionId);
      return null;
    case 'create_stream':
      return (await createStream(parts, request.operationId, request.stream)) as unknown as Json;
    case 'change_stream':
      changeStream(parts, request.operationId, request.table, { paused: request.paused, failure: request.failure });
      return null;
    case 'drop_stream':
      dropStream(parts, request.operationId, request.name, request.ifExists);
      return null;
    case 'commit_stream':
      return (await commitStream(parts, request)) as unknown as Json;
    case 'register_table':
      await registerTable(parts, request.operationId, request);
      return null;
    case 'take_back_table':
      takeBackTable(parts, request.operationId, request);
      return null;
    case 'put_restored':
      putRestored(parts, request.operationId, request.state);
      return null;
    case 'put_setting':
      putSetting(parts, request.operationId, request.key, request.value);
      return null;
    case 'swap_settings':
      swapSettings(parts, request.operationId, request);
      return null;
    case 'maintain':
      return (await maintainTable(parts, request.operationId, request.request)) as unknown as Json;
    case 'sweep':
      return (await sweepWarehouse(parts, request.olderThanMs)) as unknown as Json;
  }
}
