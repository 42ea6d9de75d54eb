/** Returns memory for at least `size` elements that begins with the elements of `array`; the array itself when it is large enough. */
export function growInt32(array: Int32Array, size: number): Int32Array {
  if (size <= array.length) return array;
  const larger = new Int32Array(Math.max(size, array.length * 2));
  larger.set(array);
  return larger;
}

/** As `growInt32`, for doubles. */
export function growFloat64(array: Float64Array, size: number): Float64Array {
  if (size <= array.length) return array;
  const larger = new Float64Array(Math.max(size, array.length * 2));
  larger.set(array);
  return larger;
}

/** As `growInt32`, for bytes. */
export function growUint8(array: Uint8Array, size: number): Uint8Array {
  if (size <= array.length) return array;
  const larger = new Uint8Array(Math.max(size, array.length * 2));
  larger.set(array);
  return larger;
}
