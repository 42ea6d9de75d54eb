import { type Json, runChild } from '../../runtime/process/index.ts';
import { type ExistingFile, type FileSource, type LegacyCompression, PlatformError, type StagingTarget } from '../../spi/index.ts';
import { exportLegacyParquet } from './legacy/export-legacy-parquet.ts';
import { digestFile } from '../file/digest-file.ts';
import { localFileSystem } from '../file/local-file-system.ts';
import { adoptFile } from './operation/adopt-file.ts';
import { exportParquet } from './operation/export-parquet.ts';
import { inspectFile } from './operation/inspect-file.ts';
import { type DataProcessSettings, OperationDatabases } from './operation/operation-databases.ts';
import { readSplit, type SplitRequest } from './operation/read-split.ts';
import { type EarlierDeletes, writeDeletionVectors } from './operation/write-deletion-vectors.ts';
import { writeFile } from './operation/write-file.ts';
import { writePositionDeletes } from './operation/write-position-deletes.ts';
import { writeFrames } from './operation/write-frames.ts';

runChild(async (channel) => {
  const databases = new OperationDatabases(readSettings(process.argv[2]));
  await databases.warmUp();
  channel.serve({
    writeFile: async ({ target, source }: { target: StagingTarget; source: FileSource }, { signal }) =>
      (await writeFile(databases, target, source, signal)) as unknown as Json,
    adoptFile: async ({ target, source }: { target: StagingTarget; source: ExistingFile }, { signal }) =>
      (await adoptFile(target, source, signal)) as unknown as Json,
    writeFrames: async ({ target }: { target: StagingTarget }, { signal, frames }) =>
      (await writeFrames(databases, target, frames, signal)) as unknown as Json,
    writePositionDeletes: async ({ target }: { target: StagingTarget }, { signal, frames }) =>
      (await writePositionDeletes(databases, target, frames, signal)) as unknown as Json,
    writeDeletionVectors: async ({ target, earlier }: { target: StagingTarget; earlier: EarlierDeletes }, { signal, frames }) =>
      (await writeDeletionVectors(databases, target, earlier, frames, signal)) as unknown as Json,
    read: (request: SplitRequest, context) => readSplit(databases, request, context.signal, (frame) => context.send(frame)),
    digest: ({ location }: { location: string }) => digestFile(localFileSystem(), location),
    inspect: async ({ source }: { source: Omit<FileSource, 'columns'> }, { signal }) =>
      (await inspectFile(databases, source, signal)) as unknown as Json,
    exportParquet: async ({ path, legacy }: { path: string; legacy: LegacyCompression | null }, { signal, frames }) =>
      (await (legacy === null
        ? exportParquet(databases, path, frames, signal)
        : exportLegacyParquet(path, frames, legacy, signal))) as unknown as Json,
  });
});

function readSettings(argument: string | undefined): DataProcessSettings {
  if (argument === undefined) throw new PlatformError('INTERNAL_INVARIANT', 'A data process is started with its settings.');
  return JSON.parse(argument) as DataProcessSettings;
}
