#!/usr/bin/env node
import { createRequire } from 'node:module';
import { parseArgs } from 'node:util';
import { PlatformError } from '../spi/index.ts';
import { type Command, type CommandArguments, type CommandIo, EXIT } from './command/command.ts';
import { auditCommand } from './command/audit.ts';
import { backupCommand } from './command/backup.ts';
import { configCommand } from './command/config.ts';
import { demoCommand } from './command/demo.ts';
import { engineCommand } from './command/engine.ts';
import { jobCommand } from './command/job.ts';
import { importSqlCommand } from './command/import-sql.ts';
import { loadCommand } from './command/load.ts';
import { restoreCommand } from './command/restore.ts';
import { serveCommand } from './command/serve.ts';
import { sqlCommand } from './command/sql.ts';
import { tokenCommand } from './command/token.ts';
import { verifyCommand } from './command/verify.ts';
import { renderCommandHelp, renderHelp } from './format/print-help.ts';
import { renderError } from './format/print-error.ts';
import { nearestName } from '../spi/index.ts';

const COMMANDS: readonly Command[] = [
  demoCommand,
  serveCommand,
  sqlCommand,
  loadCommand,
  importSqlCommand,
  jobCommand,
  engineCommand,
  tokenCommand,
  auditCommand,
  verifyCommand,
  backupCommand,
  restoreCommand,
  configCommand,
];

const io: CommandIo = {
  stdin: process.stdin,
  stdout: process.stdout,
  stderr: process.stderr,
  environment: process.env,
  workingDirectory: process.cwd(),
};

// A reader that goes away (`trivium sql .. | head`) ends the program quietly.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(EXIT.done);
  throw error;
});

process.exitCode = await main(process.argv.slice(2));

async function main(words: readonly string[]): Promise<number> {
  const [name = '--help', ...rest] = words;
  if (name === '--help' || name === '-h' || name === 'help') {
    io.stdout.write(renderHelp(COMMANDS));
    return EXIT.done;
  }
  if (name === '--version' || name === '-v') {
    io.stdout.write(`trivium ${packageVersion()}\n`);
    return EXIT.done;
  }
  const command = COMMANDS.find((candidate) => candidate.name === name);
  if (command === undefined) {
    const nearest = nearestName(
      name,
      COMMANDS.map((candidate) => candidate.name),
    );
    io.stderr.write(`trivium: unknown command '${name}'${nearest === null ? '' : ` (did you mean '${nearest}'?)`}; see trivium --help\n`);
    return EXIT.usage;
  }
  return runCommand(command, rest);
}

async function runCommand(command: Command, words: readonly string[]): Promise<number> {
  let call: CommandArguments;
  try {
    const options = { ...command.options, help: { type: 'boolean', short: 'h', help: '' } } as const;
    const parsed = parseArgs({ args: [...words], options, allowPositionals: true, strict: true });
    call = { options: parsed.values, words: parsed.positionals };
  } catch (error) {
    io.stderr.write(
      `trivium ${command.name}: ${error instanceof Error ? error.message : String(error)}\nSee trivium ${command.name} --help\n`,
    );
    return EXIT.usage;
  }
  if (call.options['help'] === true) {
    io.stdout.write(renderCommandHelp(command));
    return EXIT.done;
  }
  try {
    return await command.run(call, io);
  } catch (error) {
    io.stderr.write(`${renderError(error).join('\n')}\n`);
    return error instanceof PlatformError && error.code === 'CONFIG_INVALID' ? EXIT.usage : EXIT.failed;
  }
}

function packageVersion(): string {
  const require = createRequire(import.meta.url);
  const manifest = require('trivium/package.json') as { version: string };
  return manifest.version;
}
