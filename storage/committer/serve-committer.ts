import { runChild } from '../../runtime/process/index.ts';
import { assert, PlatformError } from '../../spi/index.ts';
import type { CommitterParts } from './committer-parts.ts';
import type { CommitterRequest } from './committer-request.ts';
import { runRequest } from './run-request.ts';

/** Runs a committer process: the warehouse's directory and the number of retries are its arguments. */
export function serveCommitter(open: (warehouseDirectory: string, retriesMax: number) => Promise<CommitterParts>): void {
  runChild(async (channel) => {
    const [warehouseDirectory, retriesMax] = process.argv.slice(2);
    assert(warehouseDirectory !== undefined && retriesMax !== undefined, 'the committer is told its warehouse and its retries');
    const parts = await open(warehouseDirectory, Number(retriesMax));
    channel.serve({ run: (request: CommitterRequest) => runRequest(parts, request).catch(endWhenUnknown) });
  });
}

/** When the store failed in the middle, only a new process can tell whether the change happened: this one ends without an answer, and the
 *  supervisor asks its successor. */
function endWhenUnknown(error: unknown): never {
  if (!(error instanceof PlatformError) || error.code !== 'STORAGE_OUTCOME_UNKNOWN') throw error;
  process.stderr.write(`${error.message}\n`);
  process.exit(1);
}
