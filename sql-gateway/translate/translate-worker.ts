import { createRequire } from 'node:module';
import type { Parser } from 'node-sql-parser';
import { PlatformError, type PlatformErrorJson } from '../../spi/index.ts';
import { type KnownTables, translateStatement, type Translation } from './translate-statement.ts';

/** A statement to translate. */
export interface TranslateTask {
  readonly text: string;
  readonly dialect: 'mysql' | 'mariadb';
  readonly known: KnownTables;
}

/** A translation, or why there is none. */
export type TranslateAnswer = { readonly translation: Translation } | { readonly error: PlatformErrorJson };

const require = createRequire(import.meta.url);
const parsers = new Map<string, Parser>();

/** Translates one statement in a worker thread, which is ended when it takes too long: node-sql-parser needs time without bound for some texts. */
export default function translate({ text, dialect, known }: TranslateTask): TranslateAnswer {
  try {
    return { translation: translateStatement(text, (sql) => parserOf(dialect).astify(sql, { database: dialect }), known) };
  } catch (error) {
    return { error: PlatformError.from(error, 'INTERNAL_INVARIANT').toJSON() };
  }
}

/** Each dialect is a build of its own; the package's door loads all of them. */
function parserOf(dialect: TranslateTask['dialect']): Parser {
  let parser = parsers.get(dialect);
  if (parser === undefined) {
    const { Parser } = require(`node-sql-parser/build/${dialect}`) as { Parser: new () => Parser };
    parser = new Parser();
    parsers.set(dialect, parser);
  }
  return parser;
}
