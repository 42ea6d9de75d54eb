import { join, resolve } from 'node:path';
import type { RelationName } from '../../spi/index.ts';
import { type VerifiedTable, verifyWarehouse } from '../../storage/index.ts';
import { renderTable } from '../format/render-table.ts';
import { type Command, type CommandIo, CONFIG_OPTIONS, EXIT, textOption } from './command.ts';
import { parseTableName } from './parse-table-name.ts';
import { readConfig } from './read-config.ts';

/** `trivium verify` */
export const verifyCommand: Command = {
  name: 'verify',
  summary: 'Compare the files of tables with their checksums; no server is needed',
  usage: '[table..] [options]',
  options: {
    ...CONFIG_OPTIONS,
    warehouse: { type: 'string', value: 'directory', help: 'warehouse to verify (default: that of the data directory)' },
  },
  examples: ['trivium verify', 'trivium verify --warehouse /mnt/copy/warehouse sales.orders'],
  run: async (call, io) => {
    const names: readonly RelationName[] = call.words.map((word) => parseTableName(word));
    const given = textOption(call, 'warehouse');
    const directory = given === null ? join(readConfig(call, io).config.data.directory, 'warehouse') : resolve(io.workingDirectory, given);
    const damaged: VerifiedTable[] = [];
    for await (const table of verifyWarehouse(directory, names)) {
      io.stdout.write(`${describe(table)}\n`);
      if (table.damage.length > 0) damaged.push(table);
    }
    if (damaged.length === 0) return EXIT.done;
    showDamage(damaged, io);
    return EXIT.failed;
  },
};

const nameOf = ({ name }: VerifiedTable): string => `${name.schema}.${name.name}`;

function describe(table: VerifiedTable): string {
  const { files, bytes, filesWithoutChecksum, damage } = table;
  const state = damage.length === 0 ? 'sound' : `${String(damage.length)} damaged`;
  const unknown = filesWithoutChecksum === 0 ? '' : `, ${String(filesWithoutChecksum)} without a checksum`;
  return `${nameOf(table)}: ${state} (${String(files)} data files, ${String(bytes)} bytes${unknown})`;
}

function showDamage(damaged: readonly VerifiedTable[], io: CommandIo): void {
  const columns = ['table', 'damage'].map((name) => ({ name, align: 'left' as const }));
  const rows = damaged.flatMap((table) => table.damage.map(({ message }) => [nameOf(table), message]));
  // Whole names of files are what this is for: only a terminal has an edge.
  io.stdout.write(`\n${renderTable(columns, rows, { widthMax: io.stdout.isTTY ? io.stdout.columns : 10_000 }).join('\n')}\n`);
}
