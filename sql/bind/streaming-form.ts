import type { DataType, Expression as PlanExpression } from '../../spi/index.ts';
import type { Expression, FunctionCall } from '../ast/index.ts';
import { bindArithmetic } from './bind-arithmetic.ts';
import { predicate } from './bind-comparison.ts';
import { bindError, unsupported } from './bind-error.ts';
import { literal } from './bind-literal.ts';
import { callNamed } from './bind-operator.ts';
import { bindWithin, type ExpressionContext } from './binder-state.ts';
import { coerce } from './coercion.ts';
import { bindGroupWindowCall } from './group-window.ts';

type Form = (context: ExpressionContext, node: FunctionCall, values: readonly Expression[]) => PlanExpression | null;

const BIGINT: DataType = { kind: 'bigint' };
const VARCHAR: DataType = { kind: 'varchar' };

/** Marks of `strftime` for the letters of a pattern such as `yyyy-MM-dd HH:mm:ss.SSS`. */
const LETTERS: Readonly<Record<string, string>> = {
  yyyy: '%Y',
  yy: '%y',
  MM: '%m',
  MMM: '%b',
  MMMM: '%B',
  dd: '%d',
  DDD: '%j',
  HH: '%H',
  hh: '%I',
  mm: '%M',
  ss: '%S',
  SSS: '%g',
  SSSSSS: '%f',
  a: '%p',
  E: '%a',
  EEE: '%a',
  EEEE: '%A',
};
const PATTERN_PART = /'(?:[^']|'')*'|([A-Za-z])\1*|[^A-Za-z']/g;

/** Calls that streaming SQL knows and that are bound to functions of other names. */
export const STREAMING_FORMS: Readonly<Record<string, Form>> = {
  proctime: (context, node, values) => (values.length === 0 ? callNamed(context, 'now', [], [], node.span) : null),
  date_format: (context, node, values) => formatDate(context, node, values),
  split_index: (context, node, values) => splitIndex(context, node, values),
  count_char: (context, node, values) => countCharacter(context, node, values),
  ...Object.fromEntries(
    ['tumble', 'hop', 'session'].flatMap((kind) =>
      [kind, `${kind}_start`, `${kind}_end`].map((name): [string, Form] => [
        name,
        (context, node) => bindGroupWindowCall(context, name, node),
      ]),
    ),
  ),
};

function formatDate(context: ExpressionContext, node: FunctionCall, [time, pattern]: readonly Expression[]): PlanExpression | null {
  if (time === undefined || pattern === undefined || node.arguments.length !== 2) return null;
  if (pattern.kind !== 'string-literal')
    throw unsupported(context.state, 'date_format with a pattern that is not a constant', pattern.span);
  const bound = bindWithin(context, time);
  const isText = bound.kind === 'literal' && bound.type.kind === 'varchar';
  const value = isText ? coerce(context.state, bound, { kind: 'timestamp' }, time.span) : bound;
  const marks = literal(VARCHAR, strftimePattern(context, pattern.value, pattern));
  return callNamed(context, 'strftime', [value, marks], [time.span, pattern.span], node.span);
}

function strftimePattern(context: ExpressionContext, pattern: string, at: Expression): string {
  if (/%[A-Za-z]/.test(pattern)) {
    const hint = 'Write a pattern such as yyyy-MM-dd, or call strftime, which takes marks such as %Y-%m-%d.';
    throw bindError(context.state, 'SQL_INVALID_VALUE', `'${pattern}' is not a pattern of letters`, at.span, { hint });
  }
  let rest = pattern.length;
  const marks = [...pattern.matchAll(PATTERN_PART)].map(([part, letter]) => {
    rest -= part.length;
    if (part.startsWith("'")) return part === "''" ? "'" : part.slice(1, -1).replaceAll("''", "'").replaceAll('%', '%%');
    if (letter === undefined) return part === '%' ? '%%' : part;
    const mark = Object.hasOwn(LETTERS, part) ? LETTERS[part] : undefined;
    if (mark !== undefined) return mark;
    const message = `'${part}' is not a part of a pattern such as 'yyyy-MM-dd HH:mm:ss'`;
    throw bindError(context.state, 'SQL_INVALID_VALUE', message, at.span, { hint: 'strftime takes marks such as %Y-%m-%d.' });
  });
  if (rest === 0) return marks.join('');
  throw bindError(context.state, 'SQL_INVALID_VALUE', 'a quote in the pattern is not closed', at.span);
}

/** `SPLIT_INDEX(text, separator, index)`: the part at an index from 0, NULL without one. */
function splitIndex(context: ExpressionContext, node: FunctionCall, values: readonly Expression[]): PlanExpression | null {
  const [text, separator, index] = values;
  if (text === undefined || separator === undefined || index === undefined || values.length !== 3) return null;
  const { state } = context;
  const parts = callNamed(
    context,
    'string_split',
    [bindWithin(context, text), bindWithin(context, separator)],
    [text.span, separator.span],
    node.span,
  );
  const position = coerce(state, bindWithin(context, index), BIGINT, index.span);
  const next = bindArithmetic(state, 'add', [position, literal(BIGINT, '1')], [index.span, index.span], node.span);
  const part = callNamed(context, 'element_at', [parts, next], [text.span, index.span], node.span);
  const isIndex = predicate('ge', position, literal(BIGINT, '0'));
  return { kind: 'case', branches: [{ when: isIndex, then: part }], otherwise: null, type: part.type };
}

/** `COUNT_CHAR(text, 'c')`: how often one character occurs. */
function countCharacter(context: ExpressionContext, node: FunctionCall, values: readonly Expression[]): PlanExpression | null {
  const [text, character] = values;
  if (text === undefined || character === undefined || values.length !== 2) return null;
  const { state } = context;
  if (character.kind !== 'string-literal' || !/^.$/su.test(character.value)) {
    throw bindError(state, 'SQL_INVALID_VALUE', 'count_char counts one character, given as a constant', character.span);
  }
  const bound = bindWithin(context, text);
  const nothing = literal(VARCHAR, '');
  const spans = [text.span, character.span, character.span];
  const without = callNamed(context, 'replace', [bound, literal(VARCHAR, character.value), nothing], spans, node.span);
  const lengths = [bound, without].map((value) => callNamed(context, 'length', [value], [text.span], node.span));
  return bindArithmetic(state, 'subtract', [lengths[0] ?? bound, lengths[1] ?? bound], [text.span, text.span], node.span);
}
