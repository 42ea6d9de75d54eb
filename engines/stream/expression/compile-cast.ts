import { type CastExpression, type DataType, formatType, PlatformError, sameType } from '../../../spi/index.ts';
import { civilDate } from '../../../runtime/arrow/index.ts';
import { joinDay, splitDay } from './calendar.ts';
import type { Snippet } from './code-writer.ts';
import { type ExpressionCompiler, unsupported, zeroOf } from './expression-compiler.ts';
import { divideRounded, type ExactInteger, exactInteger, powerOfTen, roundHalfEven } from './exact-integer.ts';
import { decimalBound } from './literal-constant.ts';

/** Converts a value; undefined where the target has none for it. */
type Conversion = (value: never) => number | bigint | boolean | string | undefined;

const INT64_END = 2 ** 63;
const INT64_MAX = 2n ** 63n - 1n;

/** Writes a conversion. One that may fail throws, or gives NULL when the cast is `safe`.
 *  @throws ENGINE_UNSUPPORTED for pairs of types that streams do not convert */
export function compileCast(compiler: ExpressionCompiler, cast: CastExpression): Snippet {
  const { argument, type } = cast;
  const from = argument.type;
  const snippet = compiler.compile(argument);
  if (sameType(from, type)) return snippet;
  if (from.kind === 'null') return { value: zeroOf(type), isNull: 'true' };
  const inline = inlineConversion(from, type);
  if (inline !== undefined) return compiler.strictOver([snippet], type, (value = '') => inline(value));
  const convert = conversion(from, type, compiler.settings.timeZone);
  if (convert === undefined) throw unsupported(`the cast from ${formatType(from)} to ${formatType(type)}`);
  return checkedCast(compiler, snippet, cast, convert);
}

/** Conversions that never fail, written out. */
function inlineConversion(from: DataType, to: DataType): ((value: string) => string) | undefined {
  const exact = from.kind === 'integer' || from.kind === 'bigint';
  if (from.kind === 'integer' && to.kind === 'bigint') return (value) => value;
  if (exact && to.kind === 'double') return (value) => `Number(${value})`;
  if ((exact || from.kind === 'double') && to.kind === 'real') return (value) => `Math.fround(Number(${value}))`;
  if (from.kind === 'real' && to.kind === 'double') return (value) => value;
  if (from.kind === 'decimal' && (to.kind === 'double' || to.kind === 'real')) {
    const divided = (value: string): string => `Number(${value}) / 1e${String(from.scale)}`;
    return to.kind === 'double' ? divided : (value) => `Math.fround(${divided(value)})`;
  }
  if (from.kind === 'boolean' && (to.kind === 'integer' || to.kind === 'bigint' || to.kind === 'double'))
    return (value) => `(${value} ? 1 : 0)`;
  if (exact && to.kind === 'boolean') return (value) => `${value} !== 0`;
  return undefined;
}

function conversion(from: DataType, to: DataType, timeZone: string): Conversion | undefined {
  if (to.kind === 'varchar') return toText(from, timeZone);
  if (from.kind === 'integer' || from.kind === 'bigint' || from.kind === 'decimal') return fromExact(from, to);
  if (from.kind === 'real' || from.kind === 'double') return fromFloat(to);
  return betweenTimes(from, to, timeZone);
}

function fromExact(from: DataType, to: DataType): Conversion | undefined {
  const fromScale = from.kind === 'decimal' ? from.scale : 0;
  const rescale = (value: ExactInteger, scale: number): bigint =>
    scale >= fromScale ? BigInt(value) * powerOfTen(scale - fromScale) : divideRounded(BigInt(value), powerOfTen(fromScale - scale));
  const within = (value: bigint, least: bigint, most: bigint): ExactInteger | undefined =>
    value >= least && value <= most ? exactInteger(value) : undefined;
  if (to.kind === 'integer') return (value: ExactInteger) => within(rescale(value, 0), -2_147_483_648n, 2_147_483_647n);
  if (to.kind === 'bigint') return (value: ExactInteger) => within(rescale(value, 0), -INT64_MAX - 1n, INT64_MAX);
  if (to.kind !== 'decimal') return undefined;
  const bound = BigInt(decimalBound(to.precision));
  return (value: ExactInteger) => within(rescale(value, to.scale), 1n - bound, bound - 1n);
}

function fromFloat(to: DataType): Conversion | undefined {
  if (to.kind === 'integer') {
    return (value: number) => {
      const rounded = roundHalfEven(value);
      return rounded >= -2_147_483_648 && rounded <= 2_147_483_647 ? rounded + 0 : undefined;
    };
  }
  if (to.kind !== 'bigint') return undefined;
  return (value: number) => {
    const rounded = roundHalfEven(value);
    if (!(rounded >= -INT64_END && rounded < INT64_END)) return undefined;
    return Number.isSafeInteger(rounded) ? rounded + 0 : exactInteger(BigInt(rounded));
  };
}

/** A wall clock reading of an instant is the instant's own count where the session is in UTC. */
function betweenTimes(from: DataType, to: DataType, timeZone: string): Conversion | undefined {
  const zoned = from.kind === 'timestamptz' || to.kind === 'timestamptz';
  if (zoned && timeZone !== 'UTC') return undefined;
  if (from.kind === 'date' && (to.kind === 'timestamp' || to.kind === 'timestamptz')) return (days: number) => joinDay(days, 0);
  const instant = from.kind === 'timestamp' || from.kind === 'timestamptz';
  if (instant && to.kind === 'date') return (micros: ExactInteger) => splitDay(micros).days;
  if (instant && (to.kind === 'timestamp' || to.kind === 'timestamptz')) return (micros: ExactInteger) => micros;
  return undefined;
}

function toText(from: DataType, timeZone: string): Conversion | undefined {
  switch (from.kind) {
    case 'boolean':
      return (value: boolean) => (value ? 'true' : 'false');
    case 'integer':
    case 'bigint':
      return (value: ExactInteger) => String(value);
    case 'decimal':
      return (value: ExactInteger) => decimalText(BigInt(value), from.scale);
    case 'date':
      return dateText;
    case 'timestamp':
      return timestampText;
    case 'timestamptz':
      return timeZone === 'UTC' ? (micros: ExactInteger) => `${timestampText(micros)}+00` : undefined;
    default:
      return undefined;
  }
}

function decimalText(value: bigint, scale: number): string {
  const digits = String(value < 0n ? -value : value).padStart(scale + 1, '0');
  const text = scale === 0 ? digits : `${digits.slice(0, -scale)}.${digits.slice(-scale)}`;
  return value < 0n ? `-${text}` : text;
}

const padded = (value: number, width: number): string => String(value).padStart(width, '0');

function dateText(days: number): string {
  const { year, month, day } = civilDate(days);
  // The year before 1 is 1 BC.
  return `${padded(year > 0 ? year : 1 - year, 4)}-${padded(month, 2)}-${padded(day, 2)}${year > 0 ? '' : ' (BC)'}`;
}

function timestampText(micros: ExactInteger): string {
  const { days, rest } = splitDay(micros);
  const seconds = Math.floor(rest / 1e6);
  const clock = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60].map((part) => padded(part, 2)).join(':');
  const fraction = rest % 1e6 === 0 ? '' : `.${padded(rest % 1e6, 6).replace(/0+$/, '')}`;
  const [date = '', era = ''] = dateText(days).split(/(?= \(BC\))/);
  return `${date} ${clock}${fraction}${era}`;
}

/** A number that does not fit leaves the range of its type; a text that does not fit is no value of it. */
const NUMBERS: ReadonlySet<string> = new Set(['integer', 'bigint', 'decimal', 'real', 'double']);

function checkedCast(compiler: ExpressionCompiler, snippet: Snippet, cast: CastExpression, convert: Conversion): Snippet {
  const { writer } = compiler;
  const { type, safe, argument } = cast;
  const isText = type.kind === 'varchar';
  const code = NUMBERS.has(argument.type.kind) && NUMBERS.has(type.kind) ? 'SQL_OVERFLOW' : 'SQL_INVALID_VALUE';
  const run = writer.constant((pool) => (value: never) => {
    const converted = convert(value);
    if (converted === undefined && !safe) {
      throw new PlatformError(code, `a value of type ${formatType(argument.type)} cannot be cast to ${formatType(type)}`, {
        hint: 'Use TRY_CAST to get NULL for such values.',
      });
    }
    return isText && typeof converted === 'string' ? pool.intern(converted) : converted;
  });
  const result = compiler.strictOver([snippet], type, (value = '') => `${run}(${value})`);
  if (!safe) return result;
  const failed = writer.variable(`${result.isNull} || ${result.value} === undefined`);
  return { value: writer.variable(`${failed} ? ${zeroOf(type)} : ${result.value}`), isNull: failed };
}
