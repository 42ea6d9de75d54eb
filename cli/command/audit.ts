import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { verifyAuditLog } from '../../sql-gateway/index.ts';
import { type Command, CONFIG_OPTIONS, EXIT, textOption } from './command.ts';
import { readConfig } from './read-config.ts';

/** `trivium audit` */
export const auditCommand: Command = {
  name: 'audit',
  summary: 'Find records of the audit log that were changed, removed or moved; no server is needed',
  usage: 'verify [options]',
  options: {
    ...CONFIG_OPTIONS,
    directory: { type: 'string', value: 'directory', help: 'log to verify (default: that of the data directory)' },
  },
  examples: ['trivium audit verify', 'trivium audit verify --directory /mnt/copy/audit'],
  run: async (call, io) => {
    if (call.words.join(' ') !== 'verify') {
      io.stderr.write('trivium audit: expected verify [options]\n');
      return EXIT.usage;
    }
    const given = textOption(call, 'directory');
    const directory = given === null ? join(readConfig(call, io).config.data.directory, 'audit') : resolve(io.workingDirectory, given);
    if (!existsSync(directory)) {
      io.stderr.write(`trivium audit: there is no log in ${directory}; the configuration key audit.enabled makes the server keep one\n`);
      return EXIT.failed;
    }
    const { records, heads, faults } = await verifyAuditLog(directory);
    for (const { file, line, what } of faults) io.stdout.write(`${file}${line === null ? '' : `:${String(line)}`}: ${what}\n`);
    for (const head of heads) io.stdout.write(`head ${head}\n`);
    io.stdout.write(`${String(records)} records, ${faults.length === 0 ? 'sound' : `${String(faults.length)} faults`}\n`);
    return faults.length === 0 ? EXIT.done : EXIT.failed;
  },
};
