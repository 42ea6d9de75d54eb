import { open } from 'node:fs/promises';
import type { Connection } from '../../../runtime/duckdb/index.ts';
import { printQuery } from '../../duckdb/print-query.ts';
import type { TaskMessage } from '../task-message.ts';

/** Runs a query and writes its record batches to a file: each is preceded by its length (u32, little-endian).
 *  Returns the file's length in bytes. */
export async function spoolRows(connection: Connection, message: TaskMessage, path: string): Promise<number> {
  const { sql, parameters } = printQuery(message);
  const file = await open(path, 'wx');
  let bytes = 0;
  try {
    const stream = await connection.stream(sql, parameters);
    try {
      for (let frame = await stream.next(); frame !== null; frame = await stream.next()) {
        const length = Buffer.alloc(4);
        length.writeUInt32LE(frame.byteLength);
        await file.appendFile(length);
        await file.appendFile(frame);
        bytes += 4 + frame.byteLength;
        stream.recycle(frame);
      }
    } finally {
      await stream.close();
    }
  } finally {
    await file.close();
  }
  return bytes;
}
