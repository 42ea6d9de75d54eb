import { readFileSync } from 'node:fs';
import { text } from 'node:stream/consumers';
import { PlatformError } from '../../spi/index.ts';
import { type ClientSession, RESULT_FORMATS, type ServerAddress } from '../../client/index.ts';
import { renderError } from '../format/print-error.ts';
import { connectServer } from '../server/connect-server.ts';
import { splitStatements } from '../../sql/lex/index.ts';
import {
  type Command,
  type CommandArguments,
  type CommandIo,
  CONFIG_OPTIONS,
  EXIT,
  SERVER_OPTIONS,
  serverOptions,
  textOption,
} from './command.ts';
import { readConfig } from './read-config.ts';
import { runRepl } from './repl.ts';
import { runStatement, type SqlSettings, type StatementRun } from './run-statement.ts';

/** `trivium sql` */
export const sqlCommand: Command = {
  name: 'sql',
  summary: 'Run statements, or start an interactive session',
  usage: '[statement] [options]',
  options: {
    ...CONFIG_OPTIONS,
    ...SERVER_OPTIONS,
    url: {
      type: 'string',
      value: 'address',
      help: 'server to use (default: the one serving the data directory, else one inside this process)',
    },
    file: { type: 'string', short: 'f', value: 'path', help: 'run the statements of a file (- reads the standard input)' },
    format: { type: 'string', value: 'name', help: 'table (default), json, ndjson, csv, arrow or parquet' },
    'max-rows': { type: 'string', value: 'number', help: 'rows shown in a table (default: 40)' },
  },
  examples: [
    'trivium sql "SELECT 1"',
    'trivium sql --format csv "SELECT * FROM flights LIMIT 10" > flights.csv',
    'trivium sql -f report.sql',
    'trivium sql',
  ],
  run: async (call, io) => {
    const settings = readSettings(call, io);
    const { config } = readConfig(call, io);
    const statements = await readStatements(call, io);
    const connection = await connectServer(config, serverOptions(call, io));
    try {
      if (statements === null) return await runRepl(connection, settings, io);
      return await runAll(connection.server, statements, settings, io);
    } finally {
      await connection.close();
    }
  },
};

function readSettings(call: CommandArguments, io: CommandIo): SqlSettings {
  const format = textOption(call, 'format') ?? 'table';
  if (format !== 'table' && !(format in RESULT_FORMATS)) {
    throw new PlatformError('CONFIG_INVALID', `--format ${format}: expected table, ${Object.keys(RESULT_FORMATS).join(', ')}`);
  }
  const maxRows = textOption(call, 'max-rows') ?? '40';
  if (!/^\d+$/.test(maxRows)) throw new PlatformError('CONFIG_INVALID', `--max-rows ${maxRows}: expected a whole number`);
  return {
    format: format as StatementRun['format'],
    layout: { widthMax: io.stdout.isTTY ? io.stdout.columns : 160, rowsMax: Number(maxRows) },
    summary: true,
  };
}

/** Returns the statements given, null when a person is to be asked for them. */
async function readStatements(call: CommandArguments, io: CommandIo): Promise<readonly string[] | null> {
  const file = textOption(call, 'file');
  if (file !== null && call.words.length > 0) throw new PlatformError('CONFIG_INVALID', 'give a statement or --file, not both');
  if (call.words.length > 0) return splitStatements(call.words.join(' '));
  if (file !== null && file !== '-') return splitStatements(readFileSync(file, 'utf8'));
  if (file === '-' || !io.stdin.isTTY) return splitStatements(await text(io.stdin));
  return null;
}

async function runAll(server: ServerAddress, statements: readonly string[], settings: SqlSettings, io: CommandIo): Promise<number> {
  let session: ClientSession = {};
  for (const sql of statements) {
    try {
      session = await runStatement(server, { ...settings, sql, session }, io);
    } catch (error) {
      io.stderr.write(`${renderError(error, sql).join('\n')}\n`);
      return EXIT.failed;
    }
  }
  return EXIT.done;
}
