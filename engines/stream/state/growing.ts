/** Returns memory for at least `size` elements that begins with the elements of `array`; the array itself when it is large enough. */
export function growInt32(array: Int32Array, size: number): Int32Array {
  if (size <= array.length) return array;
  const larger = new Int32Array(Math.max(size, array.length * 2));
  larger.set(array);
  return larger;
}

/** Returns the new number of each old one where only some are kept, in the order given; -1 for those that go. */
export function renumber(kept: Int32Array, size: number): Int32Array {
  const numbers = new Int32Array(size).fill(-1);
  for (let index = 0; index < kept.length; index += 1) numbers[kept[index] as number] = index;
  return numbers;
}

/** Returns the slots of these entries, in the order given. */
export function gatherSlots(slots: Float64Array, ids: Int32Array, width: number): Float64Array {
  const gathered = new Float64Array(ids.length * width);
  for (let row = 0; row < ids.length; row += 1) {
    for (let slot = 0; slot < width; slot += 1) gathered[row * width + slot] = slots[(ids[row] as number) * width + slot] as number;
  }
  return gathered;
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
