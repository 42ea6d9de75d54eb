import { locationToPath } from '../../../spi/index.ts';
import { escapeGlob, type LockDownOptions } from '../../../runtime/duckdb/index.ts';
import type { WriteMessage } from '../child-message.ts';

/** Returns what the database of one write may touch: the files that its scans read, and its staging directory. It reaches no other table, and no staging directory of
 *  another write. */
export function writerReach({
  scans,
  directory,
}: Pick<WriteMessage, 'scans' | 'directory'>): Pick<LockDownOptions, 'allowedDirectories' | 'allowedPaths'> {
  const paths = new Set<string>();
  for (const { files, parts = [], deletes } of scans) {
    const takers = (deletes?.lists ?? []).flatMap((list) => list.map(({ uri }) => locationToPath(uri)));
    for (const path of [...files, ...parts.map(({ file }) => file), ...takers]) {
      // The statement names a file by a pattern, DuckDB then opens it by its name.
      paths.add(path).add(escapeGlob(path));
    }
  }
  // What lies below a directory does not include the directory, which COPY looks at too.
  return { allowedDirectories: [directory], allowedPaths: [directory, ...paths] };
}
