import type { DataType } from '../../spi/index.ts';
import type { Value } from '../value/value.ts';

/** Returns the order of two values of a type: negative, 0 or positive. NaN is equal to itself and above all other numbers, texts go by code point, and inside of
 *  nested values NULL is the greatest. */
export function compareValues(left: Value, right: Value, type: DataType): number {
  if (left === null || right === null) return Number(left === null) - Number(right === null);
  switch (type.kind) {
    case 'varchar':
    case 'uuid':
      return Buffer.compare(Buffer.from(left as string), Buffer.from(right as string));
    case 'varbinary':
    case 'fixed':
      return Buffer.compare(left as Uint8Array, right as Uint8Array);
    case 'list':
      return compareParts(left as readonly Value[], right as readonly Value[], () => type.element);
    case 'struct':
      return compareParts(left as readonly Value[], right as readonly Value[], (index) => type.fields[index]?.type ?? type);
    default:
      return comparePlain(left, right);
  }
}

function comparePlain(left: NonNullable<Value>, right: NonNullable<Value>): number {
  if (Number.isNaN(left) || Number.isNaN(right)) return Number(Number.isNaN(left)) - Number(Number.isNaN(right));
  return left < right ? -1 : left > right ? 1 : 0;
}

function compareParts(left: readonly Value[], right: readonly Value[], typeAt: (index: number) => DataType): number {
  for (let index = 0; index < Math.min(left.length, right.length); index += 1) {
    const order = compareValues(left[index] ?? null, right[index] ?? null, typeAt(index));
    if (order !== 0) return order;
  }
  return left.length - right.length;
}

/** Returns a text that is equal for equal values of one type: rows are grouped by it. NULLs are alike. */
export function keyText(value: Value): string {
  if (value === null) return 'n';
  if (typeof value === 'number') return String(value + 0);
  if (value instanceof Uint8Array) return Buffer.from(value).toString('hex');
  if (Array.isArray(value)) return `[${value.map(keyText).join(',')}]`;
  if (typeof value === 'string') return JSON.stringify(value);
  return typeof value === 'object'
    ? JSON.stringify(value, (_key, part: unknown) => (typeof part === 'bigint' ? String(part) : part))
    : String(value);
}
