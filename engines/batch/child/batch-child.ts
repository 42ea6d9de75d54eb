import { assert } from '../../../spi/index.ts';
import { openDatabase } from '../../../runtime/duckdb/index.ts';
import { runChild } from '../../../runtime/process/index.ts';
import type { ExecutorSettings } from '../task-message.ts';
import { taskService } from './task-service.ts';

const settingsText = process.argv[2];

runChild(async (channel) => {
  assert(settingsText !== undefined, 'an executor is given its settings');
  const settings = JSON.parse(settingsText) as ExecutorSettings;
  const connection = openDatabase({ config: { threads: String(settings.threadsMax) } }).connect();
  // The first statement of a process pays for work that all later ones share.
  await connection.execute('SELECT 1');
  channel.serve(taskService(connection, settings));
});
