import { PlatformError } from '../../spi/index.ts';
import { formatStatement } from '../../sql/format/index.ts';
import { tokenize } from '../../sql/lex/index.ts';
import { parseStatement } from '../../sql/parse/index.ts';
import { nodeOf, nodesOf, type SyntaxNode, textOf } from './syntax-node.ts';
import { type Atom, TokenWalk, type WriterRules } from './token-walk.ts';
import { type ImplicitColumns, writeCreateTable } from './write-create-table.ts';
import { writeCondition, writeExpression, writeValue } from './write-expression.ts';
import { writeInsert } from './write-insert.ts';
import { writeQuery, writeTableName } from './write-query.ts';

const RULES: WriterRules = { query: writeQuery, expression: writeExpression, condition: writeCondition, value: writeValue };

/** Tables that earlier statements of a file created, by name in lower case. */
export type KnownTables = Readonly<Record<string, ImplicitColumns>>;

/** A statement in our language. */
export interface Translation {
  readonly sql: string;
  /** What the statement may mean otherwise here, or what was dropped. */
  readonly warnings: readonly string[];
  /** The table that it creates, null when it creates none. */
  readonly created: { readonly name: string; readonly implicit: ImplicitColumns } | null;
}

/** Parses a text of the dialect; a tree for each statement. */
export type DialectParser = (text: string) => unknown;

/** Translates one statement: node-sql-parser makes a tree, which our code writes in our language while it goes along the original's tokens;
 *  what comes out is read by our lexer and parser before anybody uses it.
 *  @throws SQL_TRANSLATION when anything of it is not known to mean the same */
export function translateStatement(text: string, parse: DialectParser, known: KnownTables): Translation {
  const walk = new TokenWalk(text, RULES);
  const node = readTree(walk, text, parse);
  const created = writeStatement(walk, node, known);
  walk.end();
  checkAtoms(walk);
  return { sql: formatStatement(readOutput(() => parseStatement(walk.output))), warnings: [...walk.warnings], created };
}

function readTree(walk: TokenWalk, text: string, parse: DialectParser): SyntaxNode {
  try {
    const tree = parse(text);
    const [node] = Array.isArray(tree) ? nodesOf(tree) : [nodeOf(tree)];
    return node ?? {};
  } catch (error) {
    const reason = (error instanceof Error ? error.message : String(error)).replace(/^Expected [^]* but /, 'unexpected: ').slice(0, 200);
    throw walk.refusal(`the parser of the dialect does not understand the statement (${reason})`);
  }
}

function writeStatement(walk: TokenWalk, node: SyntaxNode, known: KnownTables): Translation['created'] {
  const [table = {}] = nodesOf(node['table']);
  const name = textOf(table['table']).toLowerCase();
  switch (node['type']) {
    case 'select':
      writeQuery(walk, node);
      return null;
    case 'insert':
      writeInsert(walk, node, known[name] ?? null);
      return null;
    case 'create':
      if (textOf(node['keyword']) !== 'table' || !Array.isArray(node['create_definitions'])) break;
      return { name, implicit: writeCreateTable(walk, node) };
    case 'drop':
      writeDropTable(walk, node);
      return null;
    default:
  }
  throw walk.refusal(`${textOf(node['type']).toUpperCase()} has no translation: SELECT, INSERT, CREATE TABLE and DROP TABLE have one`);
}

function writeDropTable(walk: TokenWalk, node: SyntaxNode): void {
  walk.copy('DROP', 'TABLE');
  if (textOf(node['prefix']).toLowerCase() === 'if exists') walk.copy('IF', 'EXISTS');
  writeTableName(walk, nodesOf(node['name'])[0] ?? {});
}

/** Our lexer must find in the output the names and literals that were taken from the original, and no others. */
function checkAtoms(walk: TokenWalk): void {
  const kinds = new Set<string>(['quoted', 'string', 'number', 'binary'] satisfies Atom['kind'][]);
  const found = readOutput(() => tokenize(walk.output)).filter((token) => kinds.has(token.kind));
  const written = walk.atoms;
  const differs =
    found.length !== written.length ||
    found.some(({ kind, value }, index) => kind !== written[index]?.kind || value !== written[index].value);
  if (differs) throw walk.refusal('the names and literals of the translation are not those of the original');
}

function readOutput<Result>(read: () => Result): Result {
  try {
    return read();
  } catch (error) {
    const { message } = PlatformError.from(error, 'SQL_TRANSLATION');
    throw new PlatformError('SQL_TRANSLATION', `the statement has no like in our language: ${message}`, { cause: error });
  }
}
