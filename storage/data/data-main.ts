import { type Json, runChild } from '../../runtime/process/index.ts';
import { type FileSource, type LegacyCompression, PlatformError, type StagingTarget } from '../../spi/index.ts';
import { exportLegacyParquet } from './legacy/export-legacy-parquet.ts';
import { digestFile } from '../file/digest-file.ts';
import { localFileSystem } from '../file/local-file-system.ts';
import { exportParquet } from './operation/export-parquet.ts';
import { inspectFile } from './operation/inspect-file.ts';
import type { DataProcessSettings } from './operation/operation-database.ts';
import { readSplit, type SplitRequest } from './operation/read-split.ts';
import { writeFile } from './operation/write-file.ts';
import { writePositionDeletes } from './operation/write-position-deletes.ts';
import { writeFrames } from './operation/write-frames.ts';

runChild((channel) => {
  const settings = readSettings(process.argv[2]);
  channel.serve({
    writeFile: async ({ target, source }: { target: StagingTarget; source: FileSource }, { signal }) =>
      (await writeFile(settings, target, source, signal)) as unknown as Json,
    writeFrames: async ({ target }: { target: StagingTarget }, { signal, frames }) =>
      (await writeFrames(settings, target, frames, signal)) as unknown as Json,
    writePositionDeletes: async ({ target }: { target: StagingTarget }, { signal, frames }) =>
      (await writePositionDeletes(settings, target, frames, signal)) as unknown as Json,
    read: (request: SplitRequest, context) => readSplit(settings, request, context.signal, (frame) => context.send(frame)),
    digest: ({ location }: { location: string }) => digestFile(localFileSystem(), location),
    inspect: async ({ source }: { source: Omit<FileSource, 'columns'> }, { signal }) =>
      (await inspectFile(settings, source, signal)) as unknown as Json,
    exportParquet: async ({ path, legacy }: { path: string; legacy: LegacyCompression | null }, { signal, frames }) =>
      (await (legacy === null
        ? exportParquet(settings, path, frames, signal)
        : exportLegacyParquet(path, frames, legacy, signal))) as unknown as Json,
  });
  return Promise.resolve();
});

function readSettings(argument: string | undefined): DataProcessSettings {
  if (argument === undefined) throw new PlatformError('INTERNAL_INVARIANT', 'A data process is started with its settings.');
  return JSON.parse(argument) as DataProcessSettings;
}
