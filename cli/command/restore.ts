import { resolve } from 'node:path';
import { type RestoreRequest, PlatformError } from '../../spi/index.ts';
import { composeStorage } from '../compose-platform.ts';
import { createLogger } from '../server/create-logger.ts';
import { UNWATCHED_RUN } from './backup.ts';
import { type Command, type CommandArguments, CONFIG_OPTIONS, EXIT, textOption } from './command.ts';
import { parseTableName } from './parse-table-name.ts';
import { readConfig } from './read-config.ts';

/** `trivium restore` */
export const restoreCommand: Command = {
  name: 'restore',
  summary: 'Bring a backup into an empty warehouse, or one table of it',
  usage: '<folder> [options]',
  options: {
    ...CONFIG_OPTIONS,
    table: { type: 'string', short: 't', value: 'name', help: 'the one table to bring back (default: everything)' },
    as: { type: 'string', value: 'name', help: 'another name for that table' },
  },
  examples: ['trivium restore /mnt/backup/trivium', 'trivium restore /mnt/backup/trivium --table orders --as orders_of_monday'],
  run: async (call, io) => {
    const [folder, ...rest] = call.words;
    if (folder === undefined || rest.length > 0) {
      io.stderr.write('trivium restore: give one folder\n');
      return EXIT.usage;
    }
    const request = readRequest(call);
    const storage = await composeStorage(readConfig(call, io).config, createLogger('error'));
    try {
      const path = resolve(io.workingDirectory, folder);
      const { tables, files, bytes } = await storage.warehouse.transfer.restore(path, request, UNWATCHED_RUN);
      io.stdout.write(`Restored ${String(tables)} tables: ${String(files)} files, ${String(bytes)} bytes.\n`);
      return EXIT.done;
    } finally {
      await storage.close();
    }
  },
};

function readRequest(call: CommandArguments): RestoreRequest {
  const [table, name] = [textOption(call, 'table'), textOption(call, 'as')];
  if (table !== null) return { table: parseTableName(table), name: name === null ? null : parseTableName(name) };
  if (name === null) return { table: null, name: null };
  throw new PlatformError('CONFIG_INVALID', '--as names a table that --table chooses: give both');
}
