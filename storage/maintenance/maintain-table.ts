import type { CommitterParts } from '../committer/committer-parts.ts';
import { expireSnapshots, setCurrentSnapshot } from './change-snapshots.ts';
import type { MaintainRequest } from './maintain-request.ts';
import { rewriteManifests } from './rewrite-manifests.ts';

/** Carries out a change of a table that maintenance asks for. */
export function maintainTable(parts: CommitterParts, operationId: string, request: MaintainRequest): Promise<object> {
  switch (request.kind) {
    case 'expire_snapshots':
      return expireSnapshots(parts, operationId, request);
    case 'set_current_snapshot':
      return setCurrentSnapshot(parts, operationId, request.table, request.snapshotId, request.rollback);
    case 'rewrite_manifests':
      return rewriteManifests(parts, operationId, request.table);
  }
}
