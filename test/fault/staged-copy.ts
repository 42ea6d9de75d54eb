import { copyFile } from 'node:fs/promises';
import { join } from 'node:path';
import { assert, type DataFile, locationToPath, pathToLocation } from '../../spi/index.ts';
import type { CommitterParts } from '../../storage/committer/committer-parts.ts';
import type { StagedWrite } from '../../storage/committer/committer-request.ts';
import { localFileSystem } from '../../storage/file/local-file-system.ts';

/** Stages a copy of a data file for a table of the schema `main`; what is not said is an append of nobody's stream. */
export async function stageCopy(
  parts: CommitterParts,
  template: DataFile,
  write: Partial<StagedWrite> & { readonly name: string; readonly idempotencyKey: string },
): Promise<StagedWrite> {
  const { name, ...rest } = write;
  const pointer = parts.store.relation({ schema: 'main', name });
  assert(pointer !== null, 'the table is there');
  const tableDirectory = locationToPath(pointer.tableLocation);
  const staging = join(tableDirectory, 'data', `${rest.transactionId ?? rest.idempotencyKey}-task-1`);
  await localFileSystem().makeDirectory(staging);
  await copyFile(locationToPath(template.uri), join(staging, 'a.parquet'));
  return {
    transactionId: rest.idempotencyKey,
    goal: 'append',
    table: { schema: 'main', name, uuid: pointer.uuid },
    create: null,
    removes: [],
    tableDirectory,
    schemaId: 0,
    specId: 0,
    fragments: [{ task: 'task', attempt: 1, files: [{ ...template, uri: pathToLocation(join(staging, 'a.parquet')) }] }],
    stream: null,
    ...rest,
  };
}
