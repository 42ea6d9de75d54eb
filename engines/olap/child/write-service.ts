import type { DataFile } from '../../../spi/index.ts';
import { type Connection, type Database, lockDown, openDatabase } from '../../../runtime/duckdb/index.ts';
import type { Handler, Json } from '../../../runtime/process/index.ts';
import { stageRows } from '../../duckdb/stage-rows.ts';
import { CHILD_METHODS, type ChildSettings, type WriteMessage } from '../child-message.ts';
import { writerReach } from './writer-reach.ts';

/** Returns the methods of a writer process: one write at a time, each in a database of its own that is closed to everything but the files which the write reads
 *  and its staging directory. */
export function writeService(settings: ChildSettings): Readonly<Record<string, Handler>> {
  const open = (): Database => openDatabase({ config: { threads: String(settings.threads) } });
  let spare: Database | null = open();
  let connection: Connection | null = null;
  return {
    [CHILD_METHODS.write]: async (message: WriteMessage, { signal }) => {
      const database = spare ?? open();
      spare = null;
      connection = database.connect();
      try {
        return (await write(connection, settings, message, signal)) as unknown as Json;
      } finally {
        connection = null;
        await database.close();
        // Opening takes longer than a small write, so that it is done when the answer is out.
        setImmediate(() => (spare ??= open()));
      }
    },
    [CHILD_METHODS.progress]: () => {
      const { percent, rows } = connection?.progress() ?? { percent: -1, rows: 0n };
      return Promise.resolve({ fraction: percent < 0 ? null : Math.min(1, percent / 100), rowsRead: Number(rows) });
    },
  };
}

async function write(
  connection: Connection,
  settings: ChildSettings,
  message: WriteMessage,
  signal: AbortSignal,
): Promise<readonly DataFile[]> {
  const interrupt = (): void => {
    connection.interrupt();
  };
  signal.addEventListener('abort', interrupt, { once: true });
  try {
    await lockDown(connection, {
      ...writerReach(message),
      memoryBytesMax: settings.memoryBytesMax,
      threads: settings.threads,
      tempDirectory: settings.spillDirectory,
      tempBytesMax: settings.spillBytesMax,
    });
    return await stageRows(connection, message, message);
  } finally {
    signal.removeEventListener('abort', interrupt);
  }
}
