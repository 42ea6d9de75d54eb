import { type Connection, lockDown } from '../../../runtime/duckdb/index.ts';
import type { Handler, Json } from '../../../runtime/process/index.ts';
import { isOrdered, stageRows } from '../../duckdb/stage-rows.ts';
import { EXECUTOR_METHODS, type ExecutionMessage, type ExecutorSettings, type TaskMessage } from '../task-message.ts';
import { spoolRows } from './spool-rows.ts';
import { writeExchange } from './write-exchange.ts';

/** Returns the methods of an executor: it is closed to everything but one execution's directories, then runs one task at a time. */
export function taskService(connection: Connection, settings: ExecutorSettings): Readonly<Record<string, Handler>> {
  return {
    [EXECUTOR_METHODS.begin]: async (message: ExecutionMessage) => {
      await lockDown(connection, {
        allowedDirectories: message.directories,
        // What lies below a directory does not include the directory, which COPY looks at too.
        allowedPaths: message.directories,
        memoryBytesMax: message.memoryBytesMax,
        threads: settings.threadsMax,
        tempDirectory: message.spillDirectory,
        tempBytesMax: message.spillBytesMax,
        changeable: ['threads', 'preserve_insertion_order'],
      });
      return null;
    },
    [EXECUTOR_METHODS.run]: async (message: TaskMessage, { signal }) => {
      const interrupt = (): void => {
        connection.interrupt();
      };
      signal.addEventListener('abort', interrupt, { once: true });
      try {
        await connection.execute(`SET threads = ${String(message.threads)}`);
        await connection.execute(`SET preserve_insertion_order = ${String(keepsOrder(message))}`);
        return (await runTask(connection, message)) as Json;
      } finally {
        signal.removeEventListener('abort', interrupt);
      }
    },
  };
}

/** Rows that are to be sorted in their files keep the order of the sort, too. */
function keepsOrder({ plan, output }: TaskMessage): boolean {
  return isOrdered(plan.root) || (output.kind === 'stage' && output.target.sortOrder !== undefined);
}

async function runTask(connection: Connection, message: TaskMessage): Promise<unknown> {
  const { output } = message;
  switch (output.kind) {
    case 'exchange':
      return writeExchange(connection, message, output);
    case 'stage':
      return stageRows(connection, message, output.target);
    case 'spool':
      return spoolRows(connection, message, output.path);
  }
}
