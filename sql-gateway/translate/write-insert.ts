import { nodeOf, nodesOf, type SyntaxNode, textOf } from './syntax-node.ts';
import type { TokenWalk } from './token-walk.ts';
import type { ImplicitColumns } from './write-create-table.ts';
import { writeValue } from './write-expression.ts';
import { writeQuery, writeTableName } from './write-query.ts';

/** Writes an INSERT of rows or of a query. `implicit` says what the table gives to columns that are left out, as far as it is known.
 *  @throws SQL_TRANSLATION when a row would get a number or DEFAULT that the table had in MySQL */
export function writeInsert(walk: TokenWalk, node: SyntaxNode, implicit: ImplicitColumns | null): void {
  if (
    node['type'] !== 'insert' ||
    textOf(node['prefix']).toLowerCase() !== 'into' ||
    nodeOf(node['set']) !== null ||
    Array.isArray(node['set'])
  ) {
    throw walk.refusal('this form of INSERT has no translation');
  }
  walk.expect('INSERT');
  walk.accept('INTO');
  walk.write('INSERT', 'INTO');
  writeTableName(walk, nodesOf(node['table'])[0] ?? {});
  const columns = Array.isArray(node['columns']) ? node['columns'].map(textOf) : null;
  if (columns !== null) writeColumns(walk, columns);
  const written = (columns ?? implicit?.columns ?? []).map((name) => name.toLowerCase());
  if (implicit !== null) checkGiven(walk, implicit, written);
  const values = nodeOf(node['values']) ?? {};
  if (values['type'] !== 'values') {
    writeQuery(walk, values);
    return;
  }
  const counted = written.indexOf(implicit?.counted ?? '');
  if (!walk.accept('VALUE')) walk.expect('VALUES');
  walk.write('VALUES');
  for (const [index, row] of nodesOf(values['values']).entries()) {
    if (index > 0) walk.copy(',');
    writeRow(walk, nodesOf(row['value']), counted);
  }
}

function writeColumns(walk: TokenWalk, columns: readonly string[]): void {
  walk.copy('(');
  for (const [index, column] of columns.entries()) {
    if (index > 0) walk.copy(',');
    walk.name(column);
  }
  walk.copy(')');
}

function checkGiven(walk: TokenWalk, { defaulted, counted }: ImplicitColumns, written: readonly string[]): void {
  const missing = [...defaulted, ...(counted === null ? [] : [counted])].find((column) => !written.includes(column));
  if (missing !== undefined) throw walk.refusal(`column ${missing} is left out, and its DEFAULT or AUTO_INCREMENT has no translation`);
}

function writeRow(walk: TokenWalk, values: readonly SyntaxNode[], counted: number): void {
  walk.copy('(');
  for (const [index, value] of values.entries()) {
    if (index > 0) walk.copy(',');
    const draws = value['type'] === 'null' || (value['type'] === 'number' && Number(textOf(value['value'])) === 0);
    if (index === counted && draws) throw walk.refusal('the next number of AUTO_INCREMENT has no translation');
    writeValue(walk, value);
  }
  walk.copy(')');
}
