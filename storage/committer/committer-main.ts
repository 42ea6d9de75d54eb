import { localFileSystem } from '../file/local-file-system.ts';
import { openCommitterParts } from './open-committer-parts.ts';
import { serveCommitter } from './serve-committer.ts';

serveCommitter((warehouseDirectory, retriesMax) => openCommitterParts(warehouseDirectory, retriesMax, localFileSystem()));
