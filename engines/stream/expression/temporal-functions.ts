import type { CallExpression, DataType } from '../../../spi/index.ts';
import { CLOCK_PARTS, CLOCK_UNITS, DATE_PARTS, DATE_UNITS, joinDay, splitDay } from './calendar.ts';
import { type CallCompiler, type ExpressionCompiler, operand, unsupported } from './expression-compiler.ts';
import { type ExactInteger, exactInteger } from './exact-integer.ts';

/** Instants are read as wall clocks of the session time zone, which streams can do in UTC. */
function requireReadable(compiler: ExpressionCompiler, call: CallExpression, type: DataType): void {
  if (type.kind === 'timestamptz' && compiler.settings.timeZone !== 'UTC') {
    throw unsupported(`'${call.function}' of an instant in the time zone ${compiler.settings.timeZone}`);
  }
  if (type.kind !== 'date' && type.kind !== 'timestamp' && type.kind !== 'timestamptz') {
    throw unsupported(`'${call.function}' of type ${type.kind}`);
  }
}

const datePart =
  (read: (days: number) => number): CallCompiler =>
  (compiler, call) => {
    const { type } = operand(call, 0);
    requireReadable(compiler, call, type);
    const run = compiler.writer.fixed(type.kind === 'date' ? read : (micros: ExactInteger) => read(splitDay(micros).days));
    return compiler.strict(call.arguments, call.type, (value = '') => `${run}(${value})`);
  };

const clockPart =
  (read: (rest: number) => number): CallCompiler =>
  (compiler, call) => {
    const { type } = operand(call, 0);
    requireReadable(compiler, call, type);
    if (type.kind === 'date') throw unsupported(`'${call.function}' of a date`);
    const run = compiler.writer.fixed((micros: ExactInteger) => read(splitDay(micros).rest));
    return compiler.strict(call.arguments, call.type, (value = '') => `${run}(${value})`);
  };

const dateTrunc: CallCompiler = (compiler, call) => {
  const unit = operand(call, 0);
  const { type } = operand(call, 1);
  requireReadable(compiler, call, type);
  if (unit.kind !== 'literal' || typeof unit.value !== 'string') throw unsupported("'date_trunc' with a unit that is not a constant");
  const name = unit.value.toLowerCase();
  const [cutDays, unitUs] = [DATE_UNITS[name], CLOCK_UNITS[name]];
  const micros = (value: string): string => {
    if (type.kind !== 'date') return value;
    return `${compiler.writer.fixed((days: number) => joinDay(days, 0))}(${value})`;
  };
  if (cutDays !== undefined) {
    const run = compiler.writer.fixed((value: ExactInteger) => joinDay(cutDays(splitDay(value).days), 0));
    return compiler.strict([operand(call, 1)], call.type, (value = '') => `${run}(${micros(value)})`);
  }
  if (unitUs === undefined) throw unsupported(`'date_trunc' to the unit '${name}'`);
  const width = compiler.writer.fixed(unitUs);
  const slow = compiler.writer.fixed((value: ExactInteger) => {
    const { days, rest } = splitDay(value);
    return exactInteger(BigInt(joinDay(days, 0)) + BigInt(rest - (rest % unitUs)));
  });
  const instant = compiler.writer.variable('0');
  return compiler.strict(
    [operand(call, 1)],
    call.type,
    (value = '') =>
      `typeof (${instant} = ${micros(value)}) === 'number' ? Math.floor(${instant} / ${width}) * ${width} : ${slow}(${instant})`,
  );
};

const named = (parts: Readonly<Record<string, (value: number) => number>>, make: typeof datePart): Record<string, CallCompiler> =>
  Object.fromEntries(Object.entries(parts).map(([part, read]) => [`extract_${part}`, make(read)]));

/** Functions over dates and times. */
export const TEMPORAL_FUNCTIONS: Readonly<Record<string, CallCompiler>> = {
  ...named(DATE_PARTS, datePart),
  ...named(CLOCK_PARTS, clockPart),
  date_trunc: dateTrunc,
};
