import { Piscina } from 'piscina';
import { PlatformError } from '../../spi/index.ts';
import { STATEMENT_LENGTH_MAX } from '../../sql/parse/index.ts';
import { workerOptions } from '../result/worker-options.ts';
import { type MysqlStatement, splitMysql } from './split-mysql.ts';
import type { ImplicitColumns } from './write-create-table.ts';
import type { TranslateAnswer, TranslateTask } from './translate-worker.ts';

/** Dialects that have a translation. */
export const DIALECTS = ['mysql', 'mariadb'] as const;

/** Name of a dialect. */
export type Dialect = (typeof DIALECTS)[number];

/** A statement of a file and what becomes of it. */
export interface TranslatedStatement {
  /** Units: lines from 1. */
  readonly line: number;
  /** The statement in our language; null when it may be passed over. */
  readonly sql: string | null;
  readonly warnings: readonly string[];
}

/** Translates statements of other dialects, in a worker thread with a time limit. */
export interface Translator {
  /** Translates a file statement by statement.
   *  @throws SQL_TRANSLATION when a statement is not known to mean the same; SQL_TOO_LONG; RESOURCE_DEADLINE. The line stands in the message. */
  translate(text: string, dialect: Dialect): AsyncIterable<TranslatedStatement>;
  close(): Promise<void>;
}

/** Limits of a translator. */
export interface TranslatorLimits {
  /** Units: milliseconds for each statement. */
  readonly statementTimeoutMs: number;
  /** Units: UTF-16 code units of a whole text. */
  readonly textLengthMax: number;
}

/** Limits that suit files of people: a mebibyte of rows takes node-sql-parser seconds, and some texts take it much longer. */
export const TRANSLATOR_LIMITS: TranslatorLimits = { statementTimeoutMs: 30_000, textLengthMax: 64 << 20 };

/** Units: milliseconds until a worker without work is ended. */
const IDLE_TIMEOUT_MS = 60_000;

/** Starts a translator; its worker is started with the first statement. */
export function createTranslator(limits: TranslatorLimits = TRANSLATOR_LIMITS): Translator {
  const pool = new Piscina<TranslateTask, TranslateAnswer>({
    ...workerOptions(new URL('./translate-worker.ts', import.meta.url)),
    minThreads: 0,
    maxThreads: 1,
    idleTimeout: IDLE_TIMEOUT_MS,
  });
  return { translate: (text, dialect) => translateAll(pool, text, dialect, limits), close: () => pool.destroy() };
}

type Pool = Piscina<TranslateTask, TranslateAnswer>;

async function* translateAll(pool: Pool, text: string, dialect: Dialect, limits: TranslatorLimits): AsyncGenerator<TranslatedStatement> {
  if (text.length > limits.textLengthMax) {
    throw new PlatformError(
      'SQL_TOO_LONG',
      `The text has ${String(text.length)} characters, and ${String(limits.textLengthMax)} are allowed.`,
    );
  }
  const known: Record<string, ImplicitColumns> = {};
  // Starting the thread and loading the parser does not count against the first statement.
  await pool.run({ text: 'SELECT 1', dialect, known });
  for (const statement of splitMysql(text)) {
    if (statement.skipped !== null) {
      yield { line: statement.line, sql: null, warnings: [`skipped: ${statement.skipped}`] };
      continue;
    }
    const { sql, warnings, created } = await translateOne(pool, statement, { text: statement.text, dialect, known }, limits);
    if (created !== null) known[created.name] = created.implicit;
    yield { line: statement.line, sql, warnings };
  }
}

async function translateOne(pool: Pool, { text, line }: MysqlStatement, task: TranslateTask, limits: TranslatorLimits) {
  const named = (what: string): string => `Statement at line ${String(line)}: ${what}`;
  if (text.length > STATEMENT_LENGTH_MAX) {
    throw new PlatformError(
      'SQL_TOO_LONG',
      named(`it has ${String(text.length)} characters, and ${String(STATEMENT_LENGTH_MAX)} are allowed.`),
    );
  }
  const signal = AbortSignal.timeout(limits.statementTimeoutMs);
  const answer = await pool.run(task, { signal }).catch((error: unknown) => {
    if (!signal.aborted) throw PlatformError.from(error, 'INTERNAL_INVARIANT');
    throw new PlatformError('RESOURCE_DEADLINE', named(`translating it took longer than ${String(limits.statementTimeoutMs)} ms.`));
  });
  if ('translation' in answer) return answer.translation;
  const { code, message, location, hint } = answer.error;
  const moved = location === undefined ? undefined : { ...location, line: location.line + line - 1 };
  throw new PlatformError(code, named(message), { location: moved, hint });
}
