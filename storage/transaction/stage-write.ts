import { assert, locationToPath } from '../../spi/index.ts';
import { checksumPath } from '../commit/checksum-file.ts';
import { checkBase } from '../commit/commit-write.ts';
import { findPointer, prepareDurably } from '../commit/prepare-write.ts';
import { commitResult } from '../commit/record-commit.ts';
import { writeAttempt } from '../commit/write-attempt.ts';
import type { CommitterParts } from '../committer/committer-parts.ts';
import type { StagedMetadata, WriteToStage } from '../committer/committer-request.ts';
import { withoutCurrentLogged } from '../iceberg/metadata/change-table-metadata.ts';

/** Writes and syncs the metadata that a table has once the write is part of it; the table itself does not change. So a transaction reads its own
 *  writes as a snapshot like any other, and its commit has only pointers to move.
 *  @throws CATALOG_UNKNOWN_TABLE, CATALOG_NOT_A_TABLE, STORAGE_CONFLICT, STORAGE_CORRUPT, STORAGE_IO */
export async function stageWrite(parts: CommitterParts, { write, base: location, continues }: WriteToStage): Promise<StagedMetadata> {
  assert(write.create === null, 'a transaction makes no tables');
  findPointer(parts.store, write);
  const found = await parts.metadata.table(location);
  const base = { metadata: continues ? withoutCurrentLogged(found) : found, location };
  checkBase(write, base);
  const prepared = await prepareDurably(parts, write, base.metadata);
  const attempt = await writeAttempt(parts, prepared, base, {});
  parts.metadata.remember(attempt.location, attempt.metadata, attempt.manifests, attempt.bytes);
  const manifest = prepared.manifest === null ? [] : [locationToPath(prepared.manifest.location)];
  const written = [...attempt.written, ...manifest, checksumPath(write.tableDirectory, prepared.snapshotId)];
  return { location: attempt.location, result: commitResult(prepared), written };
}
