import { createRequire } from 'node:module';
import type { Parser } from 'node-sql-parser';
import { loadModule, parseSync } from 'libpg-query';
import { parseStatement } from '../../sql/parse/index.ts';

/** A parser under measurement. */
export interface NamedParser {
  readonly name: string;
  /** Makes a tree of a statement; throws when it cannot. */
  parse(sql: string): unknown;
}

/** Our parser. */
export const OUR_PARSER: NamedParser = { name: 'trivium', parse: parseStatement };

/** Returns the parsers that we are compared with: one in JavaScript, and PostgreSQL's own compiled to WebAssembly, whose tree comes back as JSON. */
export async function peerParsers(): Promise<NamedParser[]> {
  // The package is CommonJS without named exports for ESM.
  const { Parser: SqlParser } = createRequire(import.meta.url)('node-sql-parser') as { Parser: new () => Parser };
  const parser = new SqlParser();
  await loadModule();
  return [
    { name: 'node-sql-parser', parse: (sql) => parser.astify(sql, { database: 'PostgreSQL' }) },
    { name: 'libpg-query', parse: parseSync },
  ];
}

/** Returns whether a parser makes a tree of a statement. */
export function parses(parser: NamedParser, sql: string): boolean {
  try {
    parser.parse(sql);
    return true;
  } catch {
    // Whatever a peer throws, it has no tree.
    return false;
  }
}
