import { open } from 'node:fs/promises';
import { dirname } from 'node:path';
import { type DataFile, pathToLocation, type PlanNode } from '../../../spi/index.ts';
import { type Connection, lockDown, writeParquet } from '../../../runtime/duckdb/index.ts';
import type { Handler, Json } from '../../../runtime/process/index.ts';
import { CHILD_METHODS, type ChildSettings, type WriteMessage } from '../child-message.ts';
import { printQuery } from './print-query.ts';

/** Returns the methods of a writer process. The process is closed to everything but the data and the staging directory when its one job comes. */
export function writeService(connection: Connection, settings: ChildSettings): Readonly<Record<string, Handler>> {
  return {
    [CHILD_METHODS.write]: async (message: WriteMessage, { signal }) => {
      const interrupt = (): void => {
        connection.interrupt();
      };
      signal.addEventListener('abort', interrupt, { once: true });
      try {
        return (await write(connection, settings, message)) as unknown as Json;
      } finally {
        signal.removeEventListener('abort', interrupt);
      }
    },
    [CHILD_METHODS.progress]: () => {
      const { percent, rows } = connection.progress();
      return Promise.resolve({ fraction: percent < 0 ? null : Math.min(1, percent / 100), rowsRead: Number(rows) });
    },
  };
}

async function write(connection: Connection, settings: ChildSettings, message: WriteMessage): Promise<readonly DataFile[]> {
  await lockDown(connection, {
    allowedDirectories: [settings.dataDirectory, message.directory],
    // What lies below a directory does not include the directory, which COPY looks at too.
    allowedPaths: [message.directory],
    memoryBytesMax: settings.memoryBytesMax,
    threads: settings.threads,
    tempDirectory: settings.spillDirectory,
    tempBytesMax: settings.spillBytesMax,
  });
  const statement = printQuery(message);
  const written = await writeParquet(connection, {
    selectSql: statement.sql,
    parameters: statement.parameters,
    fields: message.fields,
    partitionSpec: message.partitionSpec,
    directory: message.directory,
    fileSizeBytesTarget: message.fileSizeBytesTarget,
    ordered: isOrdered(message.plan.root),
  });
  await syncAll(
    written.map((file) => file.path),
    message.directory,
  );
  return written.map(({ path, ...file }) => ({ ...file, uri: pathToLocation(path) }));
}

function isOrdered(root: PlanNode): boolean {
  if (root.kind === 'sort') return true;
  return (
    (root.kind === 'project' || root.kind === 'limit' || root.kind === 'with') && isOrdered(root.kind === 'with' ? root.body : root.input)
  );
}

/** Files and the directories that name them survive a power cut from here on. */
async function syncAll(files: readonly string[], root: string): Promise<void> {
  const directories = new Set([root]);
  for (const file of files) {
    for (let directory = dirname(file); directory.length > root.length; directory = dirname(directory)) directories.add(directory);
  }
  for (const path of [...files, ...directories]) {
    const handle = await open(path, 'r');
    try {
      await handle.sync();
    } finally {
      await handle.close();
    }
  }
}
