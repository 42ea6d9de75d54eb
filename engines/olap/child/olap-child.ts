import { assert } from '../../../spi/index.ts';
import { lockDown, openDatabase } from '../../../runtime/duckdb/index.ts';
import { runChild } from '../../../runtime/process/index.ts';
import type { ChildSettings } from '../child-message.ts';
import { queryService } from './query-service.ts';
import { writeService } from './write-service.ts';

/** What a statement computes ahead of its reader: results up to this size are picked up at once when they are finished, not chunk by chunk. */
const AHEAD = '8MiB';

const settingsText = process.argv[2];

runChild(async (channel) => {
  assert(settingsText !== undefined, 'a child is given its settings');
  const settings = JSON.parse(settingsText) as ChildSettings;
  if (settings.role === 'writer') {
    channel.serve(writeService(settings));
    return;
  }
  const connection = openDatabase({ config: { threads: String(settings.threads) } }).connect();
  await connection.execute(`SET streaming_buffer_size = '${AHEAD}'`);
  await lockDown(connection, {
    allowedDirectories: [settings.dataDirectory, ...settings.foreignDirectories],
    memoryBytesMax: settings.memoryBytesMax,
    threads: settings.threads,
    tempDirectory: settings.spillDirectory,
    tempBytesMax: settings.spillBytesMax,
  });
  // The first statement of a process pays for work that all later ones share.
  await connection.execute('SELECT 1');
  channel.serve(queryService(connection));
});
