import { type DataType, type Expression as PlanExpression, formatType, nearestName } from '../../spi/index.ts';
import type { Expression, Extract, FunctionCall, IntervalUnit, Span } from '../ast/index.ts';
import { functionByName, functionBySpelling } from '../functions/index.ts';
import { bindArithmetic } from './bind-arithmetic.ts';
import { bindError, didYouMean, unsupported } from './bind-error.ts';
import { explicitCast } from './bind-conditional.ts';
import { literal } from './bind-literal.ts';
import { bindStruct, readField } from './bind-nested.ts';
import { callNamed } from './bind-operator.ts';
import { bindWithin, type ExpressionContext } from './binder-state.ts';
import { callDefined } from './call-defined.ts';
import { coerce } from './coercion.ts';
import { intervalOf, intervalText } from './interval-text.ts';
import { CATALOG_NAME } from './relation-name.ts';
import { STREAMING_FORMS } from './streaming-form.ts';

type Form = (context: ExpressionContext, node: FunctionCall, values: readonly Expression[]) => PlanExpression | null;

const VARCHAR: DataType = { kind: 'varchar' };
const EXTRACT_PARTS: Readonly<Record<string, string>> = {
  years: 'year',
  y: 'year',
  yr: 'year',
  quarters: 'quarter',
  months: 'month',
  mon: 'month',
  weeks: 'week',
  w: 'week',
  weekofyear: 'week',
  days: 'day',
  d: 'day',
  dayofmonth: 'day',
  dow: 'day_of_week',
  dayofweek: 'day_of_week',
  weekday: 'day_of_week',
  isodow: 'iso_day_of_week',
  isoyear: 'iso_year',
  doy: 'day_of_year',
  dayofyear: 'day_of_year',
  hours: 'hour',
  h: 'hour',
  minutes: 'minute',
  min: 'minute',
  seconds: 'second',
  sec: 'second',
  s: 'second',
  milliseconds: 'millisecond',
  ms: 'millisecond',
  microseconds: 'microsecond',
  us: 'microsecond',
};
const PARTS: readonly string[] = [
  'year',
  'quarter',
  'month',
  'week',
  'day',
  'hour',
  'minute',
  'second',
  'millisecond',
  'microsecond',
  'epoch',
  'decade',
  'century',
  'millennium',
  'day_of_week',
  'day_of_year',
  'iso_day_of_week',
  'iso_year',
];

/** Calls that are bound to something else than a function of their own name. */
const FORMS: Readonly<Record<string, Form>> = {
  strpos: (context, node, values) => positionOf(context, node, values),
  instr: (context, node, values) => positionOf(context, node, values),
  date_part: (context, node, [part, value]) =>
    part?.kind === 'string-literal' && value !== undefined ? bindPart(context, part.value, value, node.span) : null,
  datepart: (context, node, [part, value]) =>
    part?.kind === 'string-literal' && value !== undefined ? bindPart(context, part.value, value, node.span) : null,
  date_add: (context, node, values) => shiftDate(context, node, values, 'add'),
  dateadd: (context, node, values) => shiftDate(context, node, values, 'add'),
  date_sub: (context, node, values) => shiftDate(context, node, values, 'subtract'),
  mod: (context, node, values) => arithmetic(context, node, values, 'modulo'),
  len: (context, node, values) => byFirstType(context, node, values, { list: 'cardinality', map: 'cardinality' }),
  length: (context, node, values) => byFirstType(context, node, values, { list: 'cardinality' }),
  reverse: (context, node, values) => byFirstType(context, node, values, { list: 'list_reverse' }),
  contains: (context, node, values) => byFirstType(context, node, values, { list: 'list_contains', map: 'map_contains' }),
  concat: (context, node, values) => byFirstType(context, node, values, { list: 'list_concat' }),
  date: (context, node, [value]) =>
    value === undefined ? null : explicitCast(context.state, bindWithin(context, value), { kind: 'date' }, false, node.span),
  typeof: (context, _node, [value]) => {
    if (value === undefined) return null;
    const bound = bindWithin(context, value);
    context.state.reads.expressions.push(bound);
    return literal(VARCHAR, formatType(bound.type));
  },
  current_user: (context) => literal(VARCHAR, context.state.context.principal.user),
  session_user: (context) => literal(VARCHAR, context.state.context.principal.user),
  user: (context) => literal(VARCHAR, context.state.context.principal.user),
  current_schema: (context) => literal(VARCHAR, context.state.context.schema),
  current_catalog: () => literal(VARCHAR, CATALOG_NAME),
  current_database: () => literal(VARCHAR, CATALOG_NAME),
  struct_pack: (context, node) => packStruct(context, node),
  struct_extract: (context, node, [value, name]) =>
    value !== undefined && name?.kind === 'string-literal'
      ? readField(context.state, bindWithin(context, value), { kind: 'identifier', name: name.value, quoted: true, span: node.span })
      : null,
  ...STREAMING_FORMS,
};

const FORMS_BY_NAME: ReadonlyMap<string, Form> = new Map(Object.entries(FORMS));

/** Binds a call by name that stands for another form; null when it is a plain function. */
export function bindSpecialForm(context: ExpressionContext, name: string, node: FunctionCall): PlanExpression | null {
  const form = node.over === null ? FORMS_BY_NAME.get(name) : undefined;
  if (form === undefined) return null;
  const values = node.arguments.map((argument) => argument.value);
  const bound = form(context, node, values);
  if (bound?.kind === 'literal') context.state.reads.functions.add(name);
  return bound;
}

/** Binds `EXTRACT(field FROM x)`. */
export function bindExtract(context: ExpressionContext, node: Extract): PlanExpression {
  return bindPart(context, node.field, node.operand, node.span);
}

function bindPart(context: ExpressionContext, field: string, operand: Expression, span: Span): PlanExpression {
  const lower = field.toLowerCase();
  const part = EXTRACT_PARTS[lower] ?? lower;
  if (!PARTS.includes(part)) {
    const hint = didYouMean(nearestName(part, [...PARTS, ...Object.keys(EXTRACT_PARTS)]));
    throw bindError(context.state, 'SQL_UNKNOWN_FUNCTION', `times have no part ${field}`, span, { hint });
  }
  const bound = bindWithin(context, operand);
  const isText = bound.kind === 'literal' && bound.type.kind === 'varchar';
  const value = isText ? coerce(context.state, bound, { kind: 'timestamp' }, operand.span) : bound;
  return callNamed(context, `extract_${part}`, [value], [operand.span], span);
}

function positionOf(context: ExpressionContext, node: FunctionCall, [text, part]: readonly Expression[]): PlanExpression | null {
  if (text === undefined || part === undefined) return null;
  return callNamed(context, 'position', [bindWithin(context, part), bindWithin(context, text)], [part.span, text.span], node.span);
}

function arithmetic(
  context: ExpressionContext,
  node: FunctionCall,
  [left, right]: readonly Expression[],
  name: 'add' | 'subtract' | 'modulo',
): PlanExpression | null {
  if (left === undefined || right === undefined) return null;
  const operands = [bindWithin(context, left), bindWithin(context, right)] as const;
  return bindArithmetic(context.state, name, operands, [left.span, right.span], node.span);
}

/** `date_add(t, interval)` or `date_add('unit', n, t)`. */
function shiftDate(
  context: ExpressionContext,
  node: FunctionCall,
  values: readonly Expression[],
  name: 'add' | 'subtract',
): PlanExpression | null {
  if (values.length === 2) return arithmetic(context, node, values, name);
  const [unit, amount, time] = values;
  if (unit?.kind !== 'string-literal' || amount === undefined || time === undefined) return null;
  if (name === 'subtract') throw unsupported(context.state, 'date_sub with three arguments', node.span, 'Use date_diff.');
  const known = PARTS.slice(0, 10).find((part) => part === unit.value.toLowerCase()) as IntervalUnit | undefined;
  if (known === undefined) throw bindError(context.state, 'SQL_INVALID_VALUE', `'${unit.value}' is not a unit of time`, unit.span);
  const one = literal({ kind: 'interval' }, intervalText(intervalOf('1', known)));
  const spans = [unit.span, amount.span] as const;
  const interval = bindArithmetic(context.state, 'multiply', [one, bindWithin(context, amount)], spans, node.span);
  return bindArithmetic(context.state, 'add', [bindWithin(context, time), interval], [time.span, amount.span], node.span);
}

/** Picks the function by the kind of the first argument, else the one that the spelling names. */
function byFirstType(
  context: ExpressionContext,
  node: FunctionCall,
  values: readonly Expression[],
  names: Readonly<Partial<Record<DataType['kind'], string>>>,
): PlanExpression | null {
  if (values.length === 0) return null;
  const bound = values.map((value) => bindWithin(context, value));
  const name = names[bound[0]?.type.kind ?? 'null'];
  const definition = name === undefined ? functionBySpelling(node.name.parts.at(-1)?.name ?? '') : functionByName(name);
  return definition === null
    ? null
    : callDefined(
        context.state,
        definition,
        bound,
        values.map((value) => value.span),
        node.span,
      );
}

function packStruct(context: ExpressionContext, node: FunctionCall): PlanExpression {
  const fields = node.arguments.map(({ name, value, span }) => {
    if (name === null)
      throw bindError(context.state, 'SQL_UNKNOWN_FUNCTION', 'struct_pack takes named arguments: struct_pack(a := 1)', span);
    return { kind: 'struct-field', name, value, span } as const;
  });
  return bindStruct(context, { kind: 'struct', fields, span: node.span });
}
