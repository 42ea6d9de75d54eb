import { type LiteralExpression, sameType } from '../../spi/index.ts';

/** A year beyond these four digits, or one before the era, does not compare as text. */
const PLAIN_TIME = /^\d{4}-\d{2}-\d{2}/;

/** Returns the order of two constants of one type, below zero when the left one is less; null where this code does not decide it: NULL, floats,
 *  nested values, intervals, binary values.
 *  Guarantees: text compares by its bytes in UTF-8, as on every engine. */
export function compareConstants(left: LiteralExpression, right: LiteralExpression): number | null {
  if (left.value === null || right.value === null || !sameType(left.type, right.type)) return null;
  if (typeof left.value === 'boolean' || typeof right.value === 'boolean') {
    return left.type.kind === 'boolean' ? Number(left.value) - Number(right.value) : null;
  }
  switch (left.type.kind) {
    case 'integer':
    case 'bigint':
      return order(BigInt(left.value), BigInt(right.value));
    case 'decimal':
      // Both are written with all digits of the scale.
      return order(BigInt(left.value.replace('.', '')), BigInt(right.value.replace('.', '')));
    case 'varchar':
      return Buffer.compare(Buffer.from(left.value), Buffer.from(right.value));
    case 'date':
    case 'timestamp':
    case 'timestamp_ns':
      return PLAIN_TIME.test(left.value) && PLAIN_TIME.test(right.value) ? order(left.value, right.value) : null;
    default:
      return null;
  }
}

function order<Value extends bigint | string>(left: Value, right: Value): number {
  return left < right ? -1 : Number(left > right);
}
