import type { DataType } from '../../spi/index.ts';
import { sameType } from '../../spi/index.ts';
import type { Value } from '../value/value.ts';
import { inRange, unknownPart } from './scope.ts';

const DAY_US = 86_400_000_000n;

/** Converts a value that is not NULL. Only conversions whose meaning is beyond doubt are known.
 *  @throws SQL_OVERFLOW, ENGINE_UNSUPPORTED for what the reference does not know */
export function castValue(value: NonNullable<Value>, from: DataType, to: DataType): Value {
  if (sameType(from, to)) return value;
  const isWhole = from.kind === 'integer' || from.kind === 'bigint';
  if (isWhole && (to.kind === 'integer' || to.kind === 'bigint')) return inRange(value as bigint, to);
  if (isWhole && (to.kind === 'double' || to.kind === 'real')) return to.kind === 'real' ? Math.fround(Number(value)) : Number(value);
  if (isWhole && to.kind === 'decimal') return inRange((value as bigint) * 10n ** BigInt(to.scale), to);
  if (isWhole && to.kind === 'varchar') return (value as bigint).toString();
  if (from.kind === 'decimal' && to.kind === 'decimal' && to.scale >= from.scale)
    return inRange((value as bigint) * 10n ** BigInt(to.scale - from.scale), to);
  if (from.kind === 'decimal' && to.kind === 'double' && from.precision <= 15) return Number(value) / 10 ** from.scale;
  if (from.kind === 'real' && to.kind === 'double') return value;
  if (from.kind === 'date' && to.kind === 'timestamp') return (value as bigint) * DAY_US;
  return unknownPart(`the conversion of ${from.kind} to ${to.kind}`);
}
