import { nodeOf, nodesOf, type SyntaxNode, textOf } from './syntax-node.ts';
import type { TokenWalk } from './token-walk.ts';
import { functionName } from './condition.ts';
import { writeSubquery } from './write-subquery.ts';

/** Functions that mean the same under the name given. */
const RENAMED: Readonly<Record<string, string>> = {
  ABS: 'abs',
  CEIL: 'ceil',
  CEILING: 'ceil',
  CHAR_LENGTH: 'length',
  CHARACTER_LENGTH: 'length',
  COALESCE: 'coalesce',
  FLOOR: 'floor',
  IFNULL: 'coalesce',
  LCASE: 'lower',
  LOWER: 'lower',
  LTRIM: 'ltrim',
  NULLIF: 'nullif',
  POW: 'power',
  POWER: 'power',
  RTRIM: 'rtrim',
  SIGN: 'sign',
  SQRT: 'sqrt',
  UCASE: 'upper',
  UPPER: 'upper',
};
const AGGREGATES = new Set(['COUNT', 'SUM', 'AVG', 'MIN', 'MAX']);
const FIELDS = new Set(['YEAR', 'MONTH', 'DAY', 'HOUR', 'MINUTE', 'QUARTER']);
const CAST_TYPES: Readonly<Record<string, string>> = {
  SIGNED: 'bigint',
  CHAR: 'varchar',
  DATE: 'date',
  DATETIME: 'timestamp',
  DECIMAL: 'decimal',
  DOUBLE: 'double',
};

/** Writes a call of a function that is known to mean the same here. @throws SQL_TRANSLATION for all others */
export function writeFunction(walk: TokenWalk, node: SyntaxNode): void {
  switch (node['type']) {
    case 'aggr_func': {
      writeAggregate(walk, node);
      return;
    }
    case 'cast': {
      writeCast(walk, node);
      return;
    }
    case 'extract': {
      writeExtract(walk, node);
      return;
    }
    default: {
      writeCall(walk, functionName(node), nodesOf(nodeOf(node['args'])?.['value']), node);
      return;
    }
  }
}

function writeAggregate(walk: TokenWalk, node: SyntaxNode): void {
  const name = textOf(node['name']).toUpperCase();
  const given = nodeOf(node['args']) ?? {};
  const argument = nodeOf(given['expr']) ?? {};
  if (!AGGREGATES.has(name) || (node['over'] ?? null) !== null || argument['type'] === 'expr_list')
    throw walk.refusal(`this form of ${name} has no translation`);
  walk.copy(name, '(');
  if (given['distinct'] === 'DISTINCT') walk.copy('DISTINCT');
  if (argument['type'] === 'star') walk.copy('*');
  else walk.rules.value(walk, argument);
  walk.copy(')');
}

function writeCast(walk: TokenWalk, node: SyntaxNode): void {
  const target = nodesOf(node['target'])[0] ?? {};
  const written = textOf(target['dataType']).toUpperCase();
  const type = CAST_TYPES[written];
  if (type === undefined || textOf(node['keyword']).toUpperCase() !== 'CAST') throw walk.refusal(`a cast to ${written} has no translation`);
  walk.copy('CAST', '(');
  walk.rules.value(walk, nodeOf(node['expr']) ?? {});
  walk.copy('AS');
  walk.expect(written);
  walk.write(type);
  if (type === 'decimal') {
    walk.copy('(');
    walk.number(textOf(target['length']));
    walk.copy(',');
    walk.number(textOf(target['scale']));
    walk.copy(')');
  }
  walk.copy(')');
}

function writeExtract(walk: TokenWalk, node: SyntaxNode): void {
  const given = nodeOf(node['args']) ?? {};
  const field = textOf(given['field']).toUpperCase();
  if (!FIELDS.has(field)) throw walk.refusal(`extract(${field}) has no translation`);
  walk.copy('EXTRACT', '(', field, 'FROM');
  walk.rules.expression(walk, nodeOf(given['source']) ?? {});
  walk.copy(')');
}

function writeCall(walk: TokenWalk, name: string, values: readonly SyntaxNode[], node: SyntaxNode): void {
  if ((node['over'] ?? null) !== null) throw walk.refusal(`window functions have no translation`);
  walk.expect(name);
  if (name === 'NOT') {
    walk.write(name);
    writeList(walk, values, [], walk.rules.condition);
    return;
  }
  if (name === 'EXISTS') {
    walk.write(name);
    writeSubquery(walk, nodeOf(values[0]?.['ast']) ?? {});
    return;
  }
  if (name === 'CURDATE' || name === 'CURRENT_DATE') {
    if (walk.accept('(')) walk.expect(')');
    walk.write('CURRENT_DATE');
    return;
  }
  if (FIELDS.has(name) && values.length === 1) {
    walk.write('EXTRACT');
    writeList(walk, values, [name, 'FROM']);
    return;
  }
  if (name === 'IF') {
    walk.write('if');
    writeList(walk, values, [], (each, value) => (value === values[0] ? walk.rules.condition(each, value) : walk.rules.value(each, value)));
    return;
  }
  if (name === 'CONCAT') {
    writeConcat(walk, values);
    return;
  }
  if ((name === 'SUBSTRING' || name === 'SUBSTR') && Number(textOf(values[1]?.['value'])) >= 1 && values[1]?.['type'] === 'number') {
    walk.write('substring');
    writeList(walk, values);
    return;
  }
  const renamed = RENAMED[name];
  if (renamed === undefined) throw walk.refusal(`the function ${name} has no translation`);
  walk.write(renamed);
  writeList(walk, values);
}

function writeList(walk: TokenWalk, values: readonly SyntaxNode[], before: readonly string[] = [], write = walk.rules.value): void {
  walk.copy('(');
  walk.write(...before);
  for (const [index, value] of values.entries()) {
    if (index > 0) walk.copy(',');
    write(walk, value);
  }
  walk.copy(')');
}

/** MySQL's CONCAT is NULL when a part is; ours skips it. */
function writeConcat(walk: TokenWalk, values: readonly SyntaxNode[]): void {
  walk.copy('(');
  for (const [index, value] of values.entries()) {
    if (index > 0) {
      walk.expect(',');
      walk.write('||');
    }
    walk.write('CAST', '(');
    walk.rules.value(walk, value);
    walk.write('AS', 'VARCHAR', ')');
  }
  walk.copy(')');
}
