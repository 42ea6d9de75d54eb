import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { runChild } from '../../runtime/process/index.ts';
import { assert } from '../../spi/index.ts';
import type { CommitterRequest } from '../../storage/committer/committer-request.ts';
import { openCommitterParts } from '../../storage/committer/open-committer-parts.ts';
import { runRequest } from '../../storage/committer/run-request.ts';
import { localFileSystem } from '../../storage/file/local-file-system.ts';

/** A committer process that is killed once, after it has committed a write and before it answers. */
runChild(async (channel) => {
  const [warehouseDirectory] = process.argv.slice(2);
  assert(warehouseDirectory !== undefined, 'the committer is told its warehouse');
  const parts = await openCommitterParts(warehouseDirectory, 10, localFileSystem());
  const diedFile = join(warehouseDirectory, 'died');
  channel.serve({
    run: async (request: CommitterRequest) => {
      const result = await runRequest(parts, request);
      if (request.kind === 'commit_write' && !existsSync(diedFile)) {
        writeFileSync(diedFile, '');
        process.kill(process.pid, 'SIGKILL');
      }
      return result;
    },
  });
});
