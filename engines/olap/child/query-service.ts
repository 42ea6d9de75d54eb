import type { Connection } from '../../../runtime/duckdb/index.ts';
import type { Handler, ServeContext } from '../../../runtime/process/index.ts';
import { printQuery } from '../../duckdb/print-query.ts';
import type { QueryMessage } from '../../duckdb/query-message.ts';
import { resultSchema } from '../../duckdb/result-schema.ts';
import { CHILD_METHODS, type ProgressAnswer } from '../child-message.ts';

/** Returns the methods of a query process: one query at a time, in the session given. */
export function queryService(connection: Connection): Readonly<Record<string, Handler>> {
  let running: Promise<unknown> = Promise.resolve();
  return {
    [CHILD_METHODS.query]: async (message: QueryMessage, context) => {
      const run = runQuery(connection, message, context);
      running = run.catch(() => undefined);
      await run;
      return null;
    },
    [CHILD_METHODS.settle]: async () => {
      await running;
      return null;
    },
    [CHILD_METHODS.progress]: () => Promise.resolve({ ...progressOf(connection) }),
  };
}

async function runQuery(connection: Connection, message: QueryMessage, context: ServeContext): Promise<void> {
  const statement = printQuery(message);
  const interrupt = (): void => {
    connection.interrupt();
  };
  context.signal.addEventListener('abort', interrupt, { once: true });
  try {
    const stream = await connection.stream(statement.sql, statement.parameters);
    try {
      await context.send(resultSchema(message.plan));
      for (let frame = await stream.next(); frame !== null; frame = await stream.next()) await context.send(frame);
    } finally {
      await stream.close();
    }
  } finally {
    context.signal.removeEventListener('abort', interrupt);
  }
}

function progressOf(connection: Connection): ProgressAnswer {
  const { percent, rows } = connection.progress();
  return { fraction: percent < 0 ? null : Math.min(1, percent / 100), rowsRead: Number(rows) };
}
