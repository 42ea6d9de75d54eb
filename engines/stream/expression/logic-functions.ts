import type { CallExpression } from '../../../spi/index.ts';
import { columnKind } from '../changelog/column.ts';
import type { Snippet } from './code-writer.ts';
import { anyOf, type CallCompiler, type ExpressionCompiler, isFloat, isTrue, operand } from './expression-compiler.ts';

/** Floating-point order puts NaN above all. */
const FLOAT_LESS = (left: string, right: string): string => `(${left} < ${right} || (${right} !== ${right} && ${left} === ${left}))`;

function less(compiler: ExpressionCompiler, call: CallExpression, left: string, right: string): string {
  const kind = columnKind(operand(call, 0).type);
  if (isFloat(kind)) return FLOAT_LESS(left, right);
  if (kind !== 'text') return `${left} < ${right}`;
  const compare = compiler.writer.constant((pool) => pool.compare.bind(pool));
  return `${compare}(${left}, ${right}) < 0`;
}

const compared =
  (write: (less: (left: string, right: string) => string, left: string, right: string) => string): CallCompiler =>
  (compiler, call) =>
    compiler.strict(call.arguments, call.type, (left = '', right = '') => write((a, b) => less(compiler, call, a, b), left, right));

const equality =
  (sign: '' | '!'): CallCompiler =>
  (compiler, call) =>
    compiler.strict(call.arguments, call.type, (left = '', right = '') => `${sign}(${compiler.equal(operand(call, 0).type, left, right)})`);

/** AND and OR: an operand that decides ends the evaluation; otherwise one that is NULL makes the whole NULL. */
function connect(compiler: ExpressionCompiler, call: CallExpression, decisive: boolean): Snippet {
  const { writer } = compiler;
  const decided = writer.variable('false');
  const unknown = writer.variable('false');
  for (const argument of call.arguments) {
    writer.line(`if (!${decided}) {`);
    const snippet = compiler.compile(argument);
    if (snippet.isNull !== 'false') writer.line(`if (${snippet.isNull}) ${unknown} = true; else`);
    writer.line(`if (${snippet.value} === ${String(decisive)}) ${decided} = true;`);
    writer.line('}');
  }
  return { value: decisive ? decided : writer.variable(`!${decided}`), isNull: writer.variable(`!${decided} && ${unknown}`) };
}

const distinctness =
  (distinct: boolean): CallCompiler =>
  (compiler, call) => {
    const left = compiler.compile(operand(call, 0));
    const right = compiler.compile(operand(call, 1));
    const equal = compiler.equal(operand(call, 0).type, left.value, right.value);
    const same = `((${left.isNull}) ? (${right.isNull}) : !(${right.isNull}) && (${equal}))`;
    return { value: compiler.writer.variable(distinct ? `!${same}` : same), isNull: 'false' };
  };

const tested =
  (write: (snippet: Snippet) => string): CallCompiler =>
  (compiler, call) => ({ value: compiler.writer.variable(write(compiler.compile(operand(call, 0)))), isNull: 'false' });

const isFalse = (snippet: Snippet): string => `(!(${snippet.isNull}) && !${snippet.value})`;

/** Comparisons, three-valued logic, and functions that choose among their arguments. */
export const LOGIC_FUNCTIONS: Readonly<Record<string, CallCompiler>> = {
  eq: equality(''),
  ne: equality('!'),
  lt: compared((lt, a, b) => lt(a, b)),
  gt: compared((lt, a, b) => lt(b, a)),
  le: compared((lt, a, b) => `!(${lt(b, a)})`),
  ge: compared((lt, a, b) => `!(${lt(a, b)})`),
  is_distinct_from: distinctness(true),
  is_not_distinct_from: distinctness(false),
  and: (compiler, call) => connect(compiler, call, false),
  or: (compiler, call) => connect(compiler, call, true),
  not: (compiler, call) => compiler.strict(call.arguments, call.type, (value = '') => `!${value}`),
  is_null: tested((snippet) => snippet.isNull),
  is_not_null: tested((snippet) => `!(${snippet.isNull})`),
  is_true: tested(isTrue),
  is_not_true: tested((snippet) => `!${isTrue(snippet)}`),
  is_false: tested(isFalse),
  is_not_false: tested((snippet) => `!${isFalse(snippet)}`),
  coalesce: (compiler, call) => {
    const { writer } = compiler;
    const value = writer.variable(call.type.kind === 'boolean' ? 'false' : '0');
    const isNull = writer.variable('true');
    for (const argument of call.arguments) {
      writer.line(`if (${isNull}) {`);
      const snippet = compiler.compile(argument);
      writer.line(`${value} = ${snippet.value}; ${isNull} = ${snippet.isNull};`);
      writer.line('}');
    }
    return { value, isNull };
  },
  nullif: (compiler, call) => {
    const left = compiler.compile(operand(call, 0));
    const right = compiler.compile(operand(call, 1));
    const equal = compiler.equal(operand(call, 0).type, left.value, right.value);
    const same = right.isNull === 'false' ? equal : `(!(${right.isNull}) && ${equal})`;
    return { value: left.value, isNull: compiler.writer.variable(anyOf([left.isNull, same])) };
  },
  if: (compiler, call) => compiler.choose([[operand(call, 0), operand(call, 1)]], call.arguments[2] ?? null, call.type),
};
