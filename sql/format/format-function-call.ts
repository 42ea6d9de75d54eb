import type {
  Expression,
  FrameBound,
  FunctionArgument,
  FunctionCall,
  SortItem,
  WindowFrame,
  WindowName,
  WindowSpecification,
} from '../ast/index.ts';
import { PRECEDENCE } from '../ast/index.ts';
import { isBareFunction } from '../parse/index.ts';
import { formatIdentifier, formatQualifiedName } from './format-name.ts';
import type { FormatRules } from './format-rules.ts';

/** Prints one key of an ORDER BY. */
export function formatSortItem(rules: FormatRules, item: SortItem): string {
  const direction = item.direction === 'descending' ? ' DESC' : '';
  const nulls = item.nulls === null ? '' : ` NULLS ${item.nulls.toUpperCase()}`;
  return `${rules.expression(item.expression)}${direction}${nulls}`;
}

function formatOrderBy(rules: FormatRules, items: readonly SortItem[]): string {
  return items.length === 0 ? '' : `ORDER BY ${items.map((item) => formatSortItem(rules, item)).join(', ')}`;
}

function formatBound(rules: FormatRules, { bound, offset }: FrameBound): string {
  const words = bound.replaceAll('-', ' ').toUpperCase();
  return offset === null ? words : `${rules.expression(offset)} ${words}`;
}

function formatFrame(rules: FormatRules, { unit, start, end, exclude }: WindowFrame): string {
  const first = formatBound(rules, start);
  const extent = end === null ? first : `BETWEEN ${first} AND ${formatBound(rules, end)}`;
  const exclusion = exclude === null ? '' : ` EXCLUDE ${exclude.replaceAll('-', ' ').toUpperCase()}`;
  return `${unit.toUpperCase()} ${extent}${exclusion}`;
}

/** Prints a window in parentheses. */
export function formatWindowSpecification(rules: FormatRules, window: WindowSpecification): string {
  const partitionBy = window.partitionBy.length === 0 ? '' : `PARTITION BY ${window.partitionBy.map(rules.expression).join(', ')}`;
  const parts = [
    window.base === null ? '' : formatIdentifier(window.base),
    partitionBy,
    formatOrderBy(rules, window.orderBy),
    window.frame === null ? '' : formatFrame(rules, window.frame),
  ];
  return `(${parts.filter((part) => part !== '').join(' ')})`;
}

function formatOver(rules: FormatRules, over: WindowName | WindowSpecification): string {
  return over.kind === 'window-name' ? formatIdentifier(over.name) : formatWindowSpecification(rules, over);
}

/** A name before an arrow. */
const LAMBDA_HEAD = /^(?:"(?:[^"]|"")*"|[\p{L}_][\p{L}\p{N}_$]*) -> /u;

/** Prints what stands where a lambda may. The arrow of JSON after a column would make one there, but for parentheses. */
export function formatLambdaOrExpression(rules: FormatRules, value: Expression): string {
  const text = rules.expression(value);
  return value.kind !== 'lambda' && LAMBDA_HEAD.test(text) ? `(${text})` : text;
}

/** Prints one argument of a function. */
export function formatFunctionArgument(rules: FormatRules, { name, value }: FunctionArgument): string {
  const text = formatLambdaOrExpression(rules, value);
  return name === null ? text : `${formatIdentifier(name)} => ${text}`;
}

function formatArguments(rules: FormatRules, call: FunctionCall): string {
  const [first] = call.name.parts;
  const isPosition = call.name.parts.length === 1 && first?.quoted === false && first.name.toLowerCase() === 'position';
  // The parser stops the first operand of position() before IN, with or without one.
  const list = isPosition
    ? call.arguments.map(({ value }) => rules.operand(value, PRECEDENCE.predicate + 1))
    : call.arguments.map((argument) => formatFunctionArgument(rules, argument));
  const inside = `${call.star ? '*' : ''}${call.distinct ? 'DISTINCT ' : ''}${list.join(', ')}`;
  return call.orderBy.length === 0 ? inside : `${inside} ${formatOrderBy(rules, call.orderBy)}`;
}

function isBare(call: FunctionCall): boolean {
  const [first] = call.name.parts;
  if (call.arguments.length > 0 || call.star || call.name.parts.length > 1 || first === undefined) return false;
  const plain = call.over === null && call.filter === null && call.nullTreatment === null && call.withinGroup.length === 0;
  return plain && !first.quoted && isBareFunction(first.name);
}

/** Prints a call of a function. */
export function formatFunctionCall(rules: FormatRules, call: FunctionCall): string {
  const name = formatQualifiedName(call.name);
  if (isBare(call)) return name;
  let text = `${name}(${formatArguments(rules, call)})`;
  if (call.withinGroup.length > 0) text += ` WITHIN GROUP (${formatOrderBy(rules, call.withinGroup)})`;
  if (call.filter !== null) text += ` FILTER (WHERE ${rules.expression(call.filter)})`;
  if (call.nullTreatment !== null) text += ` ${call.nullTreatment.toUpperCase()} NULLS`;
  if (call.over !== null) text += ` OVER ${formatOver(rules, call.over)}`;
  return text;
}
