import { BINARY_PRECEDENCE, type Case, type ColumnReference, type Expression, PRECEDENCE, type Slice } from '../ast/index.ts';
import { formatFunctionCall, formatLambdaOrExpression } from './format-function-call.ts';
import { formatLiteral } from './format-literal.ts';
import { formatIdentifier, formatQualifiedName, formatTypeName } from './format-name.ts';
import { formatPredicate, type Predicate } from './format-predicate.ts';
import type { FormatRules } from './format-rules.ts';

/** Words that start another form when something follows them; as a column they are kept apart by parentheses. */
const AMBIGUOUS_COLUMNS: ReadonlySet<string> = new Set(['ARRAY', 'DEFAULT', 'INTERVAL', 'MAP', 'ROW', 'UNBOUNDED']);

/** What a field can be taken from without parentheses. */
const FIELD_OWNERS: ReadonlySet<Expression['kind']> = new Set(['function-call', 'subscript', 'slice', 'field-access', 'list', 'struct']);

function formatColumn({ parts }: ColumnReference): string {
  const text = parts.map(formatIdentifier).join('.');
  return parts.length === 1 && AMBIGUOUS_COLUMNS.has(text.toUpperCase()) ? `(${text})` : text;
}

function formatCase(rules: FormatRules, { operand, branches, otherwise }: Case): string {
  const parts = [operand === null ? 'CASE' : `CASE ${rules.expression(operand)}`];
  for (const branch of branches) parts.push(`WHEN ${rules.expression(branch.when)} THEN ${rules.expression(branch.then)}`);
  if (otherwise !== null) parts.push(`ELSE ${rules.expression(otherwise)}`);
  return [...parts, 'END'].join(' ');
}

function formatSlice(rules: FormatRules, { operand, from, to }: Slice): string {
  const ends = [from, to].map((end) => (end === null ? '' : rules.expression(end)));
  return `${rules.operand(operand, PRECEDENCE.primary)}[${ends.join(':')}]`;
}

function formatField(rules: FormatRules, operand: Expression): string {
  const text = rules.expression(operand);
  const bare = operand.kind === 'function-call' && !text.endsWith(')');
  return FIELD_OWNERS.has(operand.kind) && !bare ? text : `(${text})`;
}

type Operation = Extract<Expression, { kind: 'unary' | 'binary' | 'logical' | 'not' | 'at-time-zone' | 'collate' }>;

function formatOperation(rules: FormatRules, expression: Operation): string {
  switch (expression.kind) {
    case 'unary': {
      const operand = rules.operand(expression.operand, PRECEDENCE.sign);
      // Two minus signs would start a comment.
      return operand.startsWith(expression.operator) ? `${expression.operator} ${operand}` : `${expression.operator}${operand}`;
    }
    case 'binary': {
      const precedence = BINARY_PRECEDENCE[expression.operator];
      const left = rules.operand(expression.left, precedence);
      return `${left} ${expression.operator} ${rules.operand(expression.right, precedence + 1)}`;
    }
    case 'logical': {
      const precedence = PRECEDENCE[expression.operator] + 1;
      return expression.operands.map((operand) => rules.operand(operand, precedence)).join(` ${expression.operator.toUpperCase()} `);
    }
    case 'not':
      return `NOT ${rules.operand(expression.operand, PRECEDENCE.not)}`;
    case 'at-time-zone': {
      const operand = rules.operand(expression.operand, PRECEDENCE.atTimeZone);
      return `${operand} AT TIME ZONE ${rules.operand(expression.zone, PRECEDENCE.atTimeZone + 1)}`;
    }
    case 'collate':
      return `${rules.operand(expression.operand, PRECEDENCE.collate)} COLLATE ${formatQualifiedName(expression.collation)}`;
  }
}

type Constructor = Extract<Expression, { kind: 'list' | 'struct' | 'map' | 'row' | 'lambda' | 'extract' | 'cast' | 'case' }>;

function formatConstructor(rules: FormatRules, expression: Constructor): string {
  const list = (items: readonly Expression[]): string => items.map(rules.expression).join(', ');
  switch (expression.kind) {
    case 'list':
      return `[${list(expression.elements)}]`;
    case 'struct':
      return `{${expression.fields.map(({ name, value }) => `${formatIdentifier(name)}: ${rules.expression(value)}`).join(', ')}}`;
    case 'map':
      return `MAP {${expression.entries.map(({ key, value }) => `${rules.expression(key)}: ${rules.expression(value)}`).join(', ')}}`;
    case 'row':
      return `ROW(${list(expression.elements)})`;
    case 'lambda': {
      const parameters = expression.parameters.map(formatIdentifier).join(', ');
      return `${expression.parameters.length === 1 ? parameters : `(${parameters})`} -> ${formatLambdaOrExpression(rules, expression.body)}`;
    }
    case 'extract': {
      const field = /^[a-z_]+$/.test(expression.field) ? expression.field : `'${expression.field.replaceAll("'", "''")}'`;
      return `EXTRACT(${field} FROM ${rules.expression(expression.operand)})`;
    }
    case 'cast':
      return `${expression.safe ? 'TRY_CAST' : 'CAST'}(${rules.expression(expression.operand)} AS ${formatTypeName(expression.dataType)})`;
    case 'case':
      return formatCase(rules, expression);
  }
}

function formatPlain(rules: FormatRules, expression: Exclude<Expression, Operation | Constructor | Predicate>): string {
  switch (expression.kind) {
    case 'numbered-parameter':
      return expression.anonymous ? '?' : `$${expression.index}`;
    case 'named-parameter':
      return `$${expression.name}`;
    case 'column-reference':
      return formatColumn(expression);
    case 'scalar-subquery':
      return `(${rules.query(expression.query)})`;
    case 'list-subquery':
      return `ARRAY(${rules.query(expression.query)})`;
    case 'subscript':
      return `${rules.operand(expression.operand, PRECEDENCE.primary)}[${rules.expression(expression.index)}]`;
    case 'slice':
      return formatSlice(rules, expression);
    case 'field-access':
      return `${formatField(rules, expression.operand)}.${formatIdentifier(expression.field)}`;
    case 'function-call':
      return formatFunctionCall(rules, expression);
    case 'default-value':
      return 'DEFAULT';
    default:
      return formatLiteral(rules, expression);
  }
}

/** Prints an expression without parentheses around it. */
export function formatExpression(rules: FormatRules, expression: Expression): string {
  switch (expression.kind) {
    case 'unary':
    case 'binary':
    case 'logical':
    case 'not':
    case 'at-time-zone':
    case 'collate':
      return formatOperation(rules, expression);
    case 'list':
    case 'struct':
    case 'map':
    case 'row':
    case 'lambda':
    case 'extract':
    case 'cast':
    case 'case':
      return formatConstructor(rules, expression);
    case 'is-null':
    case 'is-truth':
    case 'is-distinct':
    case 'between':
    case 'like':
    case 'in-list':
    case 'in-subquery':
    case 'quantified-subquery':
    case 'quantified-list':
    case 'exists':
      return formatPredicate(rules, expression);
    default:
      return formatPlain(rules, expression);
  }
}
