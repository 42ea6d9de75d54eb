import { assert, type DataType } from '../../../spi/index.ts';
import type { ColumnValue } from './column-value.ts';

/** Returns the binary form of a value that bounds in manifests have.
 *  @see Iceberg spec, Appendix D, "Binary single-value serialization" */
export function valueToBytes(type: DataType, value: ColumnValue): Uint8Array {
  if (value instanceof Uint8Array) return value;
  if (typeof value === 'string') return Buffer.from(value);
  if (typeof value === 'boolean') return Uint8Array.of(value ? 1 : 0);
  if (typeof value === 'number') {
    const bytes = Buffer.alloc(type.kind === 'real' ? 4 : 8);
    if (type.kind === 'real') bytes.writeFloatLE(value);
    else bytes.writeDoubleLE(value);
    return bytes;
  }
  if (type.kind === 'decimal') return unscaledToBytes(value);
  const bytes = Buffer.alloc(type.kind === 'integer' || type.kind === 'date' ? 4 : 8);
  if (bytes.length === 4) bytes.writeInt32LE(Number(value));
  else bytes.writeBigInt64LE(value);
  return bytes;
}

/** Returns the value of a bound, null when the bytes are not of the type (a bound that other writers left in another width is read too:
 *  the spec lets an `int` column be promoted to `long` and `float` to `double`). */
export function bytesToValue(type: DataType, bytes: Uint8Array): ColumnValue | null {
  const view = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  switch (type.kind) {
    case 'boolean':
      return view.length === 1 ? view[0] !== 0 : null;
    case 'integer':
    case 'bigint':
    case 'date':
    case 'time':
    case 'timestamp':
    case 'timestamp_ns':
    case 'timestamptz':
      return view.length === 4 ? BigInt(view.readInt32LE()) : view.length === 8 ? view.readBigInt64LE() : null;
    case 'real':
    case 'double':
      return bytesToFloating(view);
    case 'decimal':
      return view.length === 0 ? null : bytesToUnscaled(view);
    case 'varchar':
      return view.toString();
    case 'varbinary':
    case 'fixed':
    case 'uuid':
      return view;
    default:
      return null;
  }
}

function bytesToFloating(view: Buffer): number | null {
  const value = view.length === 4 ? view.readFloatLE() : view.length === 8 ? view.readDoubleLE() : NaN;
  return Number.isNaN(value) ? null : value;
}

/** Returns the shortest big-endian two's complement of an integer. */
export function unscaledToBytes(unscaled: bigint): Uint8Array {
  let lengthBytes = 1;
  while (BigInt.asIntN(lengthBytes * 8, unscaled) !== unscaled) lengthBytes += 1;
  return unscaledToFixed(unscaled, lengthBytes);
}

/** Returns the big-endian two's complement of an integer in a given number of bytes. */
export function unscaledToFixed(unscaled: bigint, lengthBytes: number): Uint8Array {
  assert(BigInt.asIntN(lengthBytes * 8, unscaled) === unscaled, 'a decimal fits the bytes of its precision');
  const hex = BigInt.asUintN(lengthBytes * 8, unscaled).toString(16);
  return Buffer.from(hex.padStart(lengthBytes * 2, '0'), 'hex');
}

/** Reads a big-endian two's complement integer. */
export function bytesToUnscaled(bytes: Uint8Array): bigint {
  return BigInt.asIntN(bytes.length * 8, BigInt(`0x${Buffer.from(bytes).toString('hex')}`));
}

/** Returns the bytes that a decimal of the precision needs at least. */
export function decimalBytes(precision: number): number {
  const largest = 10n ** BigInt(precision) - 1n;
  return unscaledToBytes(largest).length;
}
