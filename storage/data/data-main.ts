import { type Json, runChild } from '../../runtime/process/index.ts';
import { PlatformError } from '../../spi/index.ts';
import { exportParquet } from './operation/export-parquet.ts';
import { inspectFile } from './operation/inspect-file.ts';
import type { DataProcessSettings } from './operation/operation-database.ts';
import { readSplit } from './operation/read-split.ts';
import { writeFile } from './operation/write-file.ts';
import { writeFrames } from './operation/write-frames.ts';

runChild((channel) => {
  const settings = readSettings(process.argv[2]);
  channel.serve({
    writeFile: async ({ target, source }, { signal }) => (await writeFile(settings, target, source, signal)) as unknown as Json,
    writeFrames: async ({ target }, { signal, frames }) => (await writeFrames(settings, target, frames, signal)) as unknown as Json,
    read: (request, context) => readSplit(settings, request, context.signal, (frame) => context.send(frame)),
    inspect: async ({ source }, { signal }) => (await inspectFile(settings, source, signal)) as unknown as Json,
    exportParquet: async ({ path }, { signal, frames }) => await exportParquet(settings, path, frames, signal),
  });
  return Promise.resolve();
});

function readSettings(argument: string | undefined): DataProcessSettings {
  if (argument === undefined) throw new PlatformError('INTERNAL_INVARIANT', 'A data process is started with its settings.');
  return JSON.parse(argument) as DataProcessSettings;
}
