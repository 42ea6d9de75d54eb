import { nodeOf, nodesOf, type SyntaxNode, textOf } from './syntax-node.ts';
import type { TokenWalk } from './token-walk.ts';
import { writeSubquery } from './write-subquery.ts';
import { writeColumn, writeCondition, writeExpression, writeValue } from './write-expression.ts';

/** Aliases that are kinds of joins elsewhere: whoever wrote them without AS meant the join. */
const JOIN_WORDS = new Set(['ANTI', 'SEMI', 'ASOF']);

/** Writes a query. @throws SQL_TRANSLATION */
export function writeQuery(walk: TokenWalk, query: SyntaxNode): void {
  writeCommonTables(walk, nodesOf(query['with']));
  for (let part: SyntaxNode | null = query; part !== null; part = nodeOf(part['_next'])) {
    if (part['type'] !== 'select') throw walk.refusal(`${textOf(part['type'])} has no translation here`);
    writeSelect(walk, part);
    if (nodeOf(part['_next']) !== null) walk.copy(...textOf(part['set_op']).toUpperCase().split(' '));
  }
}

function writeCommonTables(walk: TokenWalk, tables: readonly SyntaxNode[]): void {
  for (const [index, table] of tables.entries()) {
    walk.copy(index === 0 ? 'WITH' : ',');
    if (index === 0 && table['recursive'] === true) walk.copy('RECURSIVE');
    walk.name(textOf(table['name']));
    if (Array.isArray(table['columns'])) writeList(walk, nodesOf(table['columns']), (column) => writeColumn(walk, column));
    walk.copy('AS');
    writeSubquery(walk, nodeOf(nodeOf(table['stmt'])?.['ast']) ?? {});
  }
}

function writeSelect(walk: TokenWalk, part: SyntaxNode): void {
  walk.copy('SELECT');
  if (textOf(part['distinct']) === 'DISTINCT') walk.copy('DISTINCT');
  for (const [index, item] of nodesOf(part['columns']).entries()) {
    if (index > 0) walk.copy(',');
    writeValue(walk, nodeOf(item['expr']) ?? {});
    writeAlias(walk, item);
  }
  const from = nodesOf(part['from']);
  if (from.length > 0) walk.copy('FROM');
  for (const [index, table] of from.entries()) writeTable(walk, table, index > 0);
  writeClause(walk, nodeOf(part['where']), 'WHERE');
  writeGroupBy(walk, nodesOf(nodeOf(part['groupby'])?.['columns']));
  writeClause(walk, nodeOf(part['having']), 'HAVING');
  writeOrderBy(walk, nodesOf(part['orderby']));
  writeLimit(walk, nodeOf(part['limit']));
}

function writeAlias(walk: TokenWalk, node: SyntaxNode): void {
  const alias = textOf(node['as']);
  if (alias === '') return;
  const named = walk.accept('AS');
  if (!named && walk.token.kind === 'word' && JOIN_WORDS.has(alias.toUpperCase()))
    throw walk.refusal(`${alias} JOIN has no translation; write AS before a name`);
  walk.write('AS');
  walk.name(alias);
}

function writeTable(walk: TokenWalk, table: SyntaxNode, follows: boolean): void {
  const join = textOf(table['join']).toUpperCase();
  const condition = nodeOf(table['on']);
  const columns = nodesOf(table['using']);
  if (join !== '') writeJoin(walk, join, condition !== null || columns.length > 0);
  else if (follows) walk.copy(',');
  const subquery = nodeOf(nodeOf(table['expr'])?.['ast']);
  if (subquery !== null) writeSubquery(walk, subquery);
  else writeTableName(walk, table);
  writeAlias(walk, table);
  writeClause(walk, condition, 'ON');
  if (columns.length === 0) return;
  walk.copy('USING');
  writeList(walk, columns, (column) => walk.name(textOf(column)));
}

/** Without a condition MySQL's JOIN takes every pair of rows. */
function writeJoin(walk: TokenWalk, join: string, conditional: boolean): void {
  const [kind = ''] = join.split(' ');
  if (!['INNER', 'CROSS', 'LEFT', 'RIGHT'].includes(kind)) throw walk.refusal(`${join} has no translation`);
  if (kind === 'INNER') walk.accept('INNER');
  else walk.expect(kind);
  walk.accept('OUTER');
  walk.expect('JOIN');
  const crossed = kind === 'CROSS' || kind === 'INNER';
  walk.write(...(!crossed ? [kind, 'JOIN'] : conditional ? ['JOIN'] : ['CROSS', 'JOIN']));
}

/** Writes a table's name with its database, which is a schema here. */
export function writeTableName(walk: TokenWalk, table: SyntaxNode): void {
  const database = textOf(table['db']);
  if (database !== '') {
    walk.name(database);
    walk.copy('.');
  }
  walk.name(textOf(table['table']));
}

function writeClause(walk: TokenWalk, condition: SyntaxNode | null, word: string): void {
  if (condition === null) return;
  walk.copy(word);
  writeCondition(walk, condition);
}

function writeGroupBy(walk: TokenWalk, columns: readonly SyntaxNode[]): void {
  for (const [index, column] of columns.entries()) {
    if (index === 0) walk.copy('GROUP', 'BY');
    else walk.copy(',');
    writeExpression(walk, column);
  }
}

/** MySQL has NULL below every value; here it is last unless the text says otherwise. */
function writeOrderBy(walk: TokenWalk, keys: readonly SyntaxNode[]): void {
  for (const [index, key] of keys.entries()) {
    if (index === 0) walk.copy('ORDER', 'BY');
    else walk.copy(',');
    writeExpression(walk, nodeOf(key['expr']) ?? {});
    const descends = textOf(key['type']) === 'DESC';
    if (descends) walk.copy('DESC');
    else walk.accept('ASC');
    walk.write('NULLS', descends ? 'LAST' : 'FIRST');
  }
}

/** `LIMIT 5, 10` passes over five rows. */
function writeLimit(walk: TokenWalk, limit: SyntaxNode | null): void {
  const values = nodesOf(limit?.['value']);
  if (limit === null || values.length === 0) return;
  const [first = '', second = ''] = values.map((value) => textOf(value['value']));
  if (limit['seperator'] !== ',') {
    walk.copy('LIMIT');
    walk.number(first);
    if (values.length === 1) return;
    walk.copy('OFFSET');
    walk.number(second);
    return;
  }
  walk.expect('LIMIT');
  walk.write('OFFSET');
  walk.number(first);
  walk.expect(',');
  walk.write('LIMIT');
  walk.number(second);
}

function writeList(walk: TokenWalk, nodes: readonly SyntaxNode[], write: (node: SyntaxNode) => void): void {
  walk.copy('(');
  for (const [index, node] of nodes.entries()) {
    if (index > 0) walk.copy(',');
    write(node);
  }
  walk.copy(')');
}
