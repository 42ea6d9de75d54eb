import { writeFile } from 'node:fs/promises';
import { openCommitterParts } from '../../../storage/committer/open-committer-parts.ts';
import { serveCommitter } from '../../../storage/committer/serve-committer.ts';
import { localFileSystem } from '../../../storage/file/local-file-system.ts';

/** A mutant: it acknowledges commits whose files were written, but not synced. */
serveCommitter((warehouseDirectory, retriesMax) =>
  openCommitterParts(warehouseDirectory, retriesMax, {
    ...localFileSystem(),
    write: (path, bytes) => writeFile(path, bytes, { flag: 'wx' }),
    sync: () => Promise.resolve(),
    syncDirectory: () => Promise.resolve(),
  }),
);
