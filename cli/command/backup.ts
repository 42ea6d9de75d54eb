import { mkdirSync } from 'node:fs';
import { resolve } from 'node:path';
import type { MaintenanceRun } from '../../spi/index.ts';
import { composeStorage } from '../compose-platform.ts';
import { createLogger } from '../server/create-logger.ts';
import { type Command, CONFIG_OPTIONS, EXIT } from './command.ts';
import { readConfig } from './read-config.ts';

/** A run that nothing ends early but the end of the program. */
export const UNWATCHED_RUN: MaintenanceRun = { signal: new AbortController().signal, onProgress: () => undefined };

/** `trivium backup` */
export const backupCommand: Command = {
  name: 'backup',
  summary: 'Copy all tables, as they are at one moment, into a folder; a server may run',
  usage: '<folder> [options]',
  options: CONFIG_OPTIONS,
  examples: ['trivium backup /mnt/backup/trivium'],
  run: async (call, io) => {
    const [folder, ...rest] = call.words;
    if (folder === undefined || rest.length > 0) {
      io.stderr.write('trivium backup: give one folder\n');
      return EXIT.usage;
    }
    const path = resolve(io.workingDirectory, folder);
    mkdirSync(path, { recursive: true });
    const storage = await composeStorage(readConfig(call, io).config, createLogger('error'));
    try {
      const { tables, files, bytes, copiedFiles, copiedBytes } = await storage.warehouse.transfer.backup(path, UNWATCHED_RUN);
      io.stdout.write(
        `Backed up ${String(tables)} tables: ${String(files)} files, ${String(bytes)} bytes, of which ${String(copiedFiles)} files, ${String(copiedBytes)} bytes are new.\n`,
      );
      return EXIT.done;
    } finally {
      await storage.close();
    }
  },
};
