import { PlatformError } from '../../spi/index.ts';
import { createTranslator, type Dialect, DIALECTS } from '../../sql-gateway/index.ts';
import type { ClientSession, ServerAddress } from '../../client/index.ts';
import { connectServer } from '../server/connect-server.ts';
import { type Command, type CommandArguments, type CommandIo, CONFIG_OPTIONS, EXIT, serverOptions, textOption } from './command.ts';
import { readConfig } from './read-config.ts';
import { readInput } from './read-input.ts';
import { runStatement } from './run-statement.ts';

/** `trivium import-sql` */
export const importSqlCommand: Command = {
  name: 'import-sql',
  summary: 'Translate a file of MySQL or MariaDB statements, and run them',
  usage: '<file> [options]',
  options: {
    ...CONFIG_OPTIONS,
    dialect: { type: 'string', value: 'name', help: `${DIALECTS.join(' or ')} (default: mysql)` },
    run: { type: 'boolean', help: 'run the statements once all of them are translated (default: print them)' },
    url: { type: 'string', value: 'address', help: 'server to run them on' },
    token: { type: 'string', value: 'text', help: 'API token' },
  },
  examples: ['trivium import-sql dump.sql', 'trivium import-sql dump.sql --dialect mariadb --run'],
  run: async (call, io) => {
    const [file, ...rest] = call.words;
    if (file === undefined || rest.length > 0) {
      io.stderr.write('trivium import-sql: give one file (- reads the standard input)\n');
      return EXIT.usage;
    }
    const source = await readInput(file, io);
    const statements = await translateAll(source, readDialect(call), io);
    if (call.options['run'] === true) await runAll(statements, call, io);
    else for (const { sql } of statements) io.stdout.write(`${sql};\n`);
    return EXIT.done;
  },
};

function readDialect(call: CommandArguments): Dialect {
  const name = textOption(call, 'dialect') ?? 'mysql';
  const dialect = DIALECTS.find((known) => known === name);
  if (dialect !== undefined) return dialect;
  throw new PlatformError('CONFIG_INVALID', `--dialect ${name}: expected ${DIALECTS.join(' or ')}`);
}

/** One statement that cannot be translated stops everything before anything has run. */
async function translateAll(source: string, dialect: Dialect, io: CommandIo): Promise<readonly { readonly sql: string }[]> {
  const translator = createTranslator();
  const translated: { sql: string }[] = [];
  try {
    for await (const { line, sql, warnings } of translator.translate(source, dialect)) {
      for (const warning of warnings) io.stderr.write(`line ${String(line)}: ${warning}\n`);
      if (sql !== null) translated.push({ sql });
    }
  } finally {
    await translator.close();
  }
  return translated;
}

async function runAll(statements: readonly { readonly sql: string }[], call: CommandArguments, io: CommandIo): Promise<void> {
  const { config } = readConfig(call, io);
  const connection = await connectServer(config, serverOptions(call, io));
  try {
    await runInOrder(connection.server, statements, io);
  } finally {
    await connection.close();
  }
}

async function runInOrder(server: ServerAddress, statements: readonly { readonly sql: string }[], io: CommandIo): Promise<void> {
  const layout = { widthMax: io.stdout.isTTY ? io.stdout.columns : 160, rowsMax: 40 };
  let session: ClientSession = {};
  for (const { sql } of statements) session = await runStatement(server, { sql, session, format: 'table', layout, summary: true }, io);
}
