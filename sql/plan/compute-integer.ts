import type { CallExpression } from '../../spi/index.ts';

const BITS: Readonly<Partial<Record<string, number>>> = { integer: 32, bigint: 64 };

type Operation = (left: bigint, right: bigint) => bigint | null;

const OPERATIONS: Readonly<Record<string, Operation>> = {
  add: (left, right) => left + right,
  subtract: (left, right) => left - right,
  multiply: (left, right) => left * right,
  int_divide: (left, right) => (right === 0n ? null : left / right),
  modulo: (left, right) => (right === 0n ? null : left % right),
};

/** Returns the value of an arithmetic function of constant integers as text; null when an operand is something else, or when the value would be
 *  NULL or leave the range of the type, which is an error at run time only. */
export function computeInteger(call: CallExpression): string | null {
  const bits = BITS[call.type.kind];
  if (bits === undefined) return null;
  const values: bigint[] = [];
  for (const argument of call.arguments) {
    if (argument.kind !== 'literal' || argument.type.kind !== call.type.kind || typeof argument.value !== 'string') return null;
    values.push(BigInt(argument.value));
  }
  const [left, right] = values;
  if (left === undefined) return null;
  const value = call.function === 'negate' ? -left : right === undefined ? null : (OPERATIONS[call.function]?.(left, right) ?? null);
  return value === null || value !== BigInt.asIntN(bits, value) ? null : value.toString();
}
