import { nodeOf, nodesOf, type SyntaxNode, textOf } from './syntax-node.ts';
import type { TokenWalk } from './token-walk.ts';
import { writeTableName } from './write-query.ts';

/** What a table's rows get when an INSERT leaves a column out, which has no translation. */
export interface ImplicitColumns {
  /** All columns, in order and in lower case. */
  readonly columns: readonly string[];
  /** Columns whose DEFAULT was dropped, in lower case. */
  readonly defaulted: readonly string[];
  /** The AUTO_INCREMENT column in lower case. */
  readonly counted: string | null;
}

const TYPES: Readonly<Record<string, string>> = {
  BOOL: 'integer',
  BOOLEAN: 'integer',
  TINYINT: 'integer',
  SMALLINT: 'integer',
  MEDIUMINT: 'integer',
  INT: 'integer',
  INTEGER: 'integer',
  BIGINT: 'bigint',
  FLOAT: 'real',
  DOUBLE: 'double',
  DECIMAL: 'decimal',
  NUMERIC: 'decimal',
  CHAR: 'varchar',
  VARCHAR: 'varchar',
  TINYTEXT: 'varchar',
  TEXT: 'varchar',
  MEDIUMTEXT: 'varchar',
  LONGTEXT: 'varchar',
  BINARY: 'varbinary',
  VARBINARY: 'varbinary',
  TINYBLOB: 'varbinary',
  BLOB: 'varbinary',
  MEDIUMBLOB: 'varbinary',
  LONGBLOB: 'varbinary',
  DATE: 'date',
  TIME: 'time',
  DATETIME: 'timestamp',
  TIMESTAMP: 'timestamptz',
  YEAR: 'integer',
};
/** Types whose unsigned form needs more room. */
const UNSIGNED: Readonly<Record<string, string>> = { integer: 'bigint', bigint: 'decimal' };
/** Digits of the greatest unsigned number of 64 bits, and of a DECIMAL without any. */
const UNSIGNED_DIGITS = '20';
const DECIMAL_DIGITS = '10';

/** Writes a CREATE TABLE with its columns; keys and options are dropped with a warning.
 *  @throws SQL_TRANSLATION for types without a like, generated columns, partitions and CREATE TABLE .. SELECT */
export function writeCreateTable(walk: TokenWalk, node: SyntaxNode): ImplicitColumns {
  walk.copy('CREATE', 'TABLE');
  if (textOf(node['if_not_exists']) !== '') walk.copy('IF', 'NOT', 'EXISTS');
  writeTableName(walk, nodesOf(node['table'])[0] ?? {});
  walk.copy('(');
  const columns: string[] = [];
  const defaulted: string[] = [];
  let counted: string | null = null;
  for (const [index, definition] of nodesOf(node['create_definitions']).entries()) {
    if (index > 0) walk.expect(',');
    if (definition['resource'] !== 'column') {
      dropKey(walk, definition);
      continue;
    }
    if (index > 0) walk.write(',');
    const name = textOf(nodeOf(definition['column'])?.['column']);
    const column = writeColumnDefinition(walk, definition, name);
    columns.push(name.toLowerCase());
    if (column.defaulted) defaulted.push(name.toLowerCase());
    if (column.counted) counted = name.toLowerCase();
  }
  walk.copy(')');
  dropTableOptions(walk);
  return { columns, defaulted, counted };
}

function writeColumnDefinition(walk: TokenWalk, node: SyntaxNode, name: string): { defaulted: boolean; counted: boolean } {
  walk.name(name);
  const type = writeType(walk, nodeOf(node['definition']) ?? {});
  const seen = readAttributes(walk, name);
  const agrees =
    seen.notNull === (textOf(nodeOf(node['nullable'])?.['type']) === 'not null') &&
    seen.counted === (textOf(node['auto_increment']) !== '') &&
    seen.unsigned === type.unsigned;
  if (!agrees) throw walk.refusal(`the tree says something else about column ${name} than the text`);
  if (seen.notNull) walk.write('NOT', 'NULL');
  return seen;
}

function writeType(walk: TokenWalk, definition: SyntaxNode): { readonly unsigned: boolean } {
  const written = textOf(definition['dataType']).toUpperCase();
  const type = TYPES[written];
  if (type === undefined) throw walk.refusal(`the type ${written} has no translation`);
  walk.expect(written);
  const lengths = [textOf(definition['length']), textOf(definition['scale'])].filter(Boolean);
  const suffixes = Array.isArray(definition['suffix']) ? definition['suffix'].map((each) => textOf(each).toUpperCase()) : [];
  const unsigned = suffixes.includes('UNSIGNED');
  const wide = (unsigned ? UNSIGNED[type] : undefined) ?? type;
  if (wide !== 'decimal') {
    walk.write(wide);
    skipLengths(walk, lengths);
    return { unsigned };
  }
  const [precision = DECIMAL_DIGITS, scale = '0'] = type === 'decimal' ? lengths : [UNSIGNED_DIGITS];
  if (Number(precision) > 38) throw walk.refusal(`decimals of ${precision} digits have no translation`);
  walk.write(wide, '(');
  walk.addNumber(precision);
  walk.write(',');
  walk.addNumber(scale);
  walk.write(')');
  skipLengths(walk, lengths);
  return { unsigned };
}

function skipLengths(walk: TokenWalk, lengths: readonly string[]): void {
  if (lengths.length === 0) return;
  walk.expect('(');
  for (const [index, length] of lengths.entries()) {
    if (index > 0) walk.expect(',');
    if (walk.skip().value !== length) throw walk.refusal('the tree has another length of a type than the text');
  }
  walk.expect(')');
}

/** Reads what stands after a column's type, in any order. */
function readAttributes(walk: TokenWalk, name: string) {
  const seen = { notNull: false, counted: false, unsigned: false, defaulted: false };
  const drop = (what: string): void => void walk.warnings.add(`dropped: ${what} of column ${name}`);
  while (!walk.is(',') && !walk.is(')')) {
    if (walk.accept('NOT')) {
      walk.expect('NULL');
      seen.notNull = true;
    } else if (walk.accept('NULL') || walk.accept('SIGNED')) continue;
    else if (walk.accept('UNSIGNED')) seen.unsigned = true;
    else if (walk.accept('AUTO_INCREMENT')) {
      seen.counted = true;
      drop('AUTO_INCREMENT');
    } else if (walk.accept('DEFAULT')) seen.defaulted = readDefault(walk, drop) || seen.defaulted;
    else if (walk.accept('COMMENT')) walk.skip();
    else if (walk.accept('COLLATE') || walk.accept('CHARSET')) walk.skip();
    else if (walk.accept('CHARACTER')) {
      walk.expect('SET');
      walk.skip();
    } else if (walk.accept('UNIQUE')) {
      walk.accept('KEY');
      drop('UNIQUE');
    } else if (walk.accept('PRIMARY')) {
      walk.expect('KEY');
      drop('PRIMARY KEY');
    } else throw walk.refusal(`${walk.token.value} has no translation in a column's definition`);
  }
  return seen;
}

/** Returns whether an INSERT that leaves the column out would get something else than NULL. */
function readDefault(walk: TokenWalk, drop: (what: string) => void): boolean {
  if (walk.accept('NULL')) return false;
  drop('DEFAULT');
  walk.accept('-');
  walk.skip();
  if (walk.accept('(')) while (!walk.accept(')')) walk.skip();
  if (walk.accept('ON')) {
    walk.expect('UPDATE');
    walk.skip();
    if (walk.accept('(')) while (!walk.accept(')')) walk.skip();
    drop('ON UPDATE');
  }
  return true;
}

/** Words that a key begins with; all are reserved in MySQL. */
const KEY_WORDS = ['PRIMARY', 'UNIQUE', 'KEY', 'INDEX', 'CONSTRAINT', 'FOREIGN', 'FULLTEXT', 'SPATIAL'];

function dropKey(walk: TokenWalk, node: SyntaxNode): void {
  const what = textOf(node['constraint_type']) || textOf(node['keyword']) || 'key';
  if (what.toUpperCase().includes('CHECK')) throw walk.refusal('CHECK has no translation');
  if (!KEY_WORDS.some((word) => walk.is(word))) throw walk.refusal(`the tree has a key where the text has ${walk.token.value}`);
  walk.warnings.add(`dropped: ${what}; keys are not enforced`);
  for (let depth = 0; depth > 0 || (!walk.is(',') && !walk.is(')')); ) {
    if (walk.is('(')) depth += 1;
    if (walk.is(')')) depth -= 1;
    walk.skip();
  }
}

const REFUSED_OPTIONS = ['AS', 'SELECT', 'PARTITION', 'LIKE', 'UNION'];

function dropTableOptions(walk: TokenWalk): void {
  let dropped = false;
  while (walk.token.kind !== 'end' && !walk.is(';')) {
    if (REFUSED_OPTIONS.some((word) => walk.is(word))) throw walk.refusal(`CREATE TABLE .. ${walk.token.value} has no translation`);
    walk.skip();
    dropped = true;
  }
  if (dropped) walk.warnings.add('dropped: options of the table');
}
