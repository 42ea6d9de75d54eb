import type { CallExpression, DataType, DecimalType } from '../../../spi/index.ts';
import { type CallCompiler, type ExpressionCompiler, operand, unsupported } from './expression-compiler.ts';
import { checkDecimal, checkInt64, type ExactInteger, exactInteger, overflow, powerOfTen } from './exact-integer.ts';
import { decimalBound } from './literal-constant.ts';

type BigOperation = (left: bigint, right: bigint) => bigint;

/** An operation on exact numbers: the sign where doubles give the exact result if it is a safe integer, and the exact form. */
interface ExactOperation {
  readonly sign: '+' | '-' | '*';
  readonly exact: BigOperation;
}

const ADD: ExactOperation = { sign: '+', exact: (left, right) => left + right };
const SUBTRACT: ExactOperation = { sign: '-', exact: (left, right) => left - right };
const MULTIPLY: ExactOperation = { sign: '*', exact: (left, right) => left * right };

const wide =
  (operation: BigOperation, check: (value: bigint) => ExactInteger) =>
  (left: ExactInteger, right: ExactInteger): ExactInteger =>
    check(operation(BigInt(left), BigInt(right)));

const INT32_CHECK = (value: string, fail: string): string => `(${value} === (${value} | 0) ? ${value} | 0 : ${fail}('integer'))`;

/** Writes an operation whose result is checked against the range of its type. */
function arithmetic(operation: ExactOperation): CallCompiler {
  return (compiler, call) => {
    const { writer } = compiler;
    switch (call.type.kind) {
      case 'double':
        return compiler.strict(call.arguments, call.type, (left = '', right = '') => `${left} ${operation.sign} ${right}`);
      case 'real':
        return compiler.strict(call.arguments, call.type, (left = '', right = '') => `Math.fround(${left} ${operation.sign} ${right})`);
      case 'integer': {
        requireKinds(call, ['integer']);
        const fail = writer.fixed(overflow);
        const result = writer.name('t');
        writer.line(`let ${result} = 0;`);
        return compiler.strict(
          call.arguments,
          call.type,
          (left = '', right = '') => `(${result} = ${left} ${operation.sign} ${right}, ${INT32_CHECK(result, fail)})`,
        );
      }
      case 'bigint':
        requireKinds(call, ['bigint']);
        return exactCall(compiler, call, operation, checkInt64);
      case 'decimal': {
        requireKinds(call, ['decimal']);
        const bound = decimalBound(call.type.precision);
        return exactCall(compiler, call, operation, (value) => checkDecimal(value, bound));
      }
      default:
        throw unsupported(`'${call.function}' of type ${call.type.kind}`);
    }
  };
}

function exactCall(compiler: ExpressionCompiler, call: CallExpression, operation: ExactOperation, check: (value: bigint) => ExactInteger) {
  const { writer } = compiler;
  const rescale = operation.sign !== '*' && call.type.kind === 'decimal' ? call.type : null;
  const [left, right] = call.arguments.map((argument) => rescaled(compiler, argument.type, compiler.compile(argument), rescale));
  const slow = writer.fixed(wide(operation.exact, check));
  const result = writer.name('t');
  writer.line(`let ${result} = 0;`);
  // A result of doubles that is a safe integer is exact, and anything that is not was at least as large before rounding.
  const max = call.type.kind === 'decimal' ? Math.min(Number.MAX_SAFE_INTEGER, 10 ** call.type.precision - 1) : Number.MAX_SAFE_INTEGER;
  const bound = writer.fixed(max);
  return compiler.strictOver(
    [left, right].filter((snippet) => snippet !== undefined),
    call.type,
    (a = '', b = '') => {
      const fast = `(${result} = ${a} ${operation.sign} ${b}) <= ${bound} && ${result} >= -${bound}`;
      // -0 is no exact integer: its sum with 0 is 0.
      return `typeof ${a} === 'number' && typeof ${b} === 'number' && ${fast} ? ${result} + 0 : ${slow}(${a}, ${b})`;
    },
  );
}

/** Operands of different scale are brought to the scale of the result. */
function rescaled(
  compiler: ExpressionCompiler,
  from: DataType,
  snippet: ReturnType<ExpressionCompiler['compile']>,
  to: DecimalType | null,
) {
  if (to === null || from.kind !== 'decimal' || from.scale === to.scale) return snippet;
  const factor = powerOfTen(to.scale - from.scale);
  const scale = compiler.writer.fixed((value: ExactInteger) => exactInteger(BigInt(value) * factor));
  return compiler.strictOver([snippet], to, (value = '') => `${scale}(${value})`);
}

function requireKinds(call: CallExpression, kinds: readonly string[]): void {
  const other = call.arguments.find((argument) => !kinds.includes(argument.type.kind));
  if (other !== undefined) throw unsupported(`'${call.function}' with an operand of type ${other.type.kind}`);
}

/** Writes `int_divide` and `modulo`: NULL for a zero divisor. */
function division(name: string, exact: BigOperation, onDouble: string): CallCompiler {
  return (compiler, call) => {
    const { writer } = compiler;
    const { kind } = call.type;
    const isFloat = kind === 'double' || kind === 'real';
    if (isFloat && name === 'int_divide') throw unsupported("'int_divide' of floating point");
    if (!isFloat) requireKinds(call, [kind]);
    const scale = call.type.kind === 'decimal' ? call.type : null;
    const [left, right] = [0, 1].map((position) => {
      const argument = operand(call, position);
      return rescaled(compiler, argument.type, compiler.compile(argument), scale);
    });
    if (left === undefined || right === undefined) throw unsupported(`'${name}' of one operand`);
    const zero = { value: right.value, isNull: writer.variable(`${right.isNull} || ${right.value} === 0`) };
    if (isFloat)
      return compiler.strictOver([left, zero], call.type, (a = '', b = '') =>
        kind === 'real' ? `Math.fround(${a} % ${b})` : `${a} % ${b}`,
      );
    const check = kind === 'integer' ? checkInt32 : kind === 'bigint' ? checkInt64 : exactInteger;
    const slow = writer.fixed(wide(exact, check));
    const fast = kind === 'integer' ? '($a !== -2147483648 || $b !== -1)' : "typeof $a === 'number' && typeof $b === 'number'";
    return compiler.strictOver([left, zero], call.type, (a = '', b = '') => {
      const place = (text: string): string => text.replaceAll('$a', a).replaceAll('$b', b);
      return `${place(fast)} ? ${place(onDouble)} + 0 : ${slow}(${a}, ${b})`;
    });
  };
}

function checkInt32(value: bigint): ExactInteger {
  if (value > 2_147_483_647n || value < -2_147_483_648n) overflow('integer');
  return Number(value);
}

/** Negation and absolute value: the smallest integer has no counterpart. */
const signed =
  (double: (value: string) => string, exact: (value: bigint) => bigint): CallCompiler =>
  (compiler, call) => {
    const { kind } = call.type;
    requireKinds(call, [kind]);
    if (kind === 'double' || kind === 'real') return compiler.strict(call.arguments, call.type, (value = '') => double(value));
    const check = kind === 'integer' ? checkInt32 : kind === 'bigint' ? checkInt64 : exactInteger;
    if (kind !== 'integer' && kind !== 'bigint' && kind !== 'decimal') throw unsupported(`'${call.function}' of type ${kind}`);
    const slow = compiler.writer.fixed((value: ExactInteger) => check(exact(BigInt(value))));
    const fast = kind === 'integer' ? '!== -2147483648' : "=== 'number'";
    return compiler.strict(
      call.arguments,
      call.type,
      (value = '') => `${kind === 'integer' ? value : `typeof ${value}`} ${fast} ? ${double(value)} + 0 : ${slow}(${value})`,
    );
  };

/** Functions over numbers. */
export const ARITHMETIC_FUNCTIONS: Readonly<Record<string, CallCompiler>> = {
  add: arithmetic(ADD),
  subtract: arithmetic(SUBTRACT),
  multiply: arithmetic(MULTIPLY),
  divide: (compiler, call) => {
    requireKinds(call, ['double', 'real']);
    return compiler.strict(call.arguments, call.type, (left = '', right = '') =>
      call.type.kind === 'real' ? `Math.fround(${left} / ${right})` : `${left} / ${right}`,
    );
  },
  int_divide: division('int_divide', (left, right) => left / right, 'Math.trunc($a / $b)'),
  modulo: division('modulo', (left, right) => left % right, '$a % $b'),
  negate: signed(
    (value) => `-${value}`,
    (value) => -value,
  ),
  abs: signed(
    (value) => `Math.abs(${value})`,
    (value) => (value < 0n ? -value : value),
  ),
};
