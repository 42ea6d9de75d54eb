import { closeSync, existsSync, openSync, readFileSync, writeSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline/promises';
import { splitStatements } from '../../sql/lex/index.ts';
import type { ClientSession } from '../../client/index.ts';
import { renderError } from '../format/print-error.ts';
import type { ServerConnection } from '../server/connect-server.ts';
import { type CommandIo, EXIT } from './command.ts';
import { runStatement, type SqlSettings } from './run-statement.ts';

const HISTORY_LINES_MAX = 1000;

const HELP = `Statements end with a semicolon. SHOW TABLES; DESCRIBE t; EXPLAIN SELECT ..; tell what is there.
\\q quits (so does Ctrl-D), \\? shows this. Ctrl-C cancels the running statement or clears the line.`;

/** Reads statements from a person until the end of input. */
export async function runRepl(connection: ServerConnection, settings: SqlSettings, io: CommandIo): Promise<number> {
  const history = openHistory(io);
  const terminal = createInterface({ input: io.stdin, output: io.stdout, history: history.lines, historySize: HISTORY_LINES_MAX });
  io.stdout.write(`Connected to ${connection.embedded ? 'a server inside this process' : connection.server.url}. \\? for help.\n`);
  let running: AbortController | null = null;
  let pending = '';
  let session: ClientSession = {};
  terminal.on('SIGINT', () => {
    if (running !== null) running.abort();
    else {
      pending = '';
      io.stdout.write('\n');
      terminal.setPrompt('trivium> ');
      terminal.prompt();
    }
  });
  terminal.setPrompt('trivium> ');
  terminal.prompt();
  for await (const line of terminal) {
    if (pending === '' && line.trim() === '\\q') break;
    if (pending === '' && line.trim() === '\\?') io.stdout.write(`${HELP}\n`);
    else pending += `${line}\n`;
    if (pending.trimEnd().endsWith(';')) {
      history.add(pending.trim());
      for (const sql of splitStatements(pending)) {
        running = new AbortController();
        try {
          session = await runStatement(connection.server, { ...settings, sql, session, signal: running.signal }, io);
        } catch (error) {
          io.stderr.write(`${renderError(error, sql).join('\n')}\n`);
        }
        running = null;
      }
      pending = '';
    }
    if (pending.trim() === '') pending = '';
    terminal.setPrompt(pending === '' ? 'trivium> ' : '    ...> ');
    terminal.prompt();
  }
  history.close();
  terminal.close();
  return EXIT.done;
}

/** History is kept one statement a line, newest last, readable by its owner only. */
function openHistory(io: CommandIo): { lines: string[]; add(statement: string): void; close(): void } {
  const path = join(io.environment['HOME'] ?? homedir(), '.trivium_history');
  const kept = existsSync(path) ? readFileSync(path, 'utf8').split('\n').filter(Boolean) : [];
  const file = openSync(path, 'a', 0o600);
  return {
    lines: kept.slice(-HISTORY_LINES_MAX).reverse(),
    add: (statement) => {
      writeSync(file, `${statement.replaceAll(/\s*\n\s*/g, ' ')}\n`);
    },
    close: () => {
      closeSync(file);
    },
  };
}
