import { once } from 'node:events';
import { type ClientSession, type ResultFormat, sendStatement, type ServerAddress } from '../../client/index.ts';
import { renderAnswer, type ResultLayout, summarise } from '../format/print-result.ts';
import { showProgress } from '../format/show-progress.ts';
import type { CommandIo } from './command.ts';

/** How a statement is run and shown. */
export interface StatementRun {
  readonly sql: string;
  readonly session: ClientSession;
  readonly format: ResultFormat | 'table';
  readonly layout: ResultLayout;
  /** Whether the line with rows, time, engine and snapshot is written (to the standard error, so that it never mixes with data). */
  readonly summary: boolean;
  readonly signal?: AbortSignal | undefined;
}

/** How statements are shown, as the options say. */
export type SqlSettings = Pick<StatementRun, 'format' | 'layout' | 'summary'>;

/** Runs one statement and writes its result; returns the session for the next one. */
export async function runStatement(server: ServerAddress, run: StatementRun, io: CommandIo): Promise<ClientSession> {
  const startedAt = performance.now();
  const format = run.format === 'table' ? 'arrow' : run.format;
  const progress = showProgress(io.stderr, 'running');
  const answer = await sendStatement(server, { sql: run.sql, session: run.session, format, signal: run.signal }).finally(progress.stop);
  if (run.format !== 'table') {
    for await (const chunk of answer.body) if (!io.stdout.write(chunk)) await once(io.stdout, 'drain');
    return answer.session;
  }
  const result = await renderAnswer(answer, run.layout);
  io.stdout.write(`${result.lines.join('\n')}\n`);
  if (run.summary) io.stderr.write(`${summarise(result.rows, performance.now() - startedAt, answer)}\n`);
  return answer.session;
}
