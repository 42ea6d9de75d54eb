import type { DataFile } from '../../../spi/index.ts';
import { type Connection, lockDown } from '../../../runtime/duckdb/index.ts';
import type { Handler, Json } from '../../../runtime/process/index.ts';
import { stageRows } from '../../duckdb/stage-rows.ts';
import { CHILD_METHODS, type ChildSettings, type WriteMessage } from '../child-message.ts';

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
    allowedDirectories: [settings.dataDirectory, ...settings.foreignDirectories, message.directory],
    // What lies below a directory does not include the directory, which COPY looks at too.
    allowedPaths: [message.directory],
    memoryBytesMax: settings.memoryBytesMax,
    threads: settings.threads,
    tempDirectory: settings.spillDirectory,
    tempBytesMax: settings.spillBytesMax,
  });
  return stageRows(connection, message, message);
}
