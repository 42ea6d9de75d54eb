/** Raised for bytes that are no struct of Thrift's compact protocol. Callers tell which file they are from. */
export class CompactError extends RangeError {}

/** A field of a struct: its value, and the bytes that the value takes. A boolean takes none: its value is its type. */
export interface CompactField {
  readonly id: number;
  /** Number of the type in the field's header. */
  readonly type: number;
  readonly value: CompactValue;
  readonly bytes: Uint8Array;
}

/** A value of Thrift: integers are bigint, binary and floating point bytes, maps are told by their bytes alone. */
export type CompactValue = boolean | bigint | Uint8Array | CompactList | CompactStruct;

/** A list or set; `bytes` are those of each element. */
export interface CompactList {
  readonly kind: 'list';
  readonly elementType: number;
  readonly elements: readonly { readonly value: CompactValue; readonly bytes: Uint8Array }[];
}

/** A struct with its fields in the order of the bytes. */
export interface CompactStruct {
  readonly kind: 'struct';
  readonly fields: readonly CompactField[];
}

/** Number of the type of 32-bit integers. @see Thrift, "Compact protocol encoding" */
export const COMPACT_I32 = 5;

const COMPACT_STRUCT = 12;

/** Nesting that no footer has; deeper bytes are hostile. */
const DEPTH_MAX = 32;

/** Reads one struct from the start of the bytes.
 *  @throws CompactError when the bytes end before the struct does, or hold an unknown type
 *  @see Thrift, "Compact protocol encoding" */
export function readCompactStruct(bytes: Uint8Array): CompactStruct {
  return new CompactReader(bytes).struct(0);
}

/** Returns the bytes of a struct of these fields, whose ids ascend. */
export function printCompactStruct(fields: readonly Pick<CompactField, 'id' | 'type' | 'bytes'>[]): Uint8Array {
  const parts: Uint8Array[] = [];
  let last = 0;
  for (const { id, type, bytes } of fields) {
    const delta = id - last;
    parts.push(delta > 0 && delta < 16 ? Uint8Array.of((delta << 4) | type) : Buffer.concat([Uint8Array.of(type), printZigZag(id)]), bytes);
    last = id;
  }
  return Buffer.concat([...parts, Uint8Array.of(0)]);
}

/** Returns the bytes of a list of structs. */
export function printStructList(elements: readonly Uint8Array[]): Uint8Array {
  const { length } = elements;
  const header =
    length < 15
      ? Uint8Array.of((length << 4) | COMPACT_STRUCT)
      : Buffer.concat([Uint8Array.of(0xf0 | COMPACT_STRUCT), printVarint(length)]);
  return Buffer.concat([header, ...elements]);
}

/** Returns the bytes of a 32-bit integer. */
export function printZigZag(value: number): Uint8Array {
  return printVarint(((value << 1) ^ (value >> 31)) >>> 0);
}

/** Returns the value of a field, undefined where the struct has none. */
export function fieldOf(struct: CompactStruct, id: number): CompactValue | undefined {
  return struct.fields.find((field) => field.id === id)?.value;
}

function printVarint(value: number): Uint8Array {
  const bytes: number[] = [];
  let rest = value;
  while (rest > 0x7f) {
    bytes.push((rest % 0x80) | 0x80);
    rest = Math.floor(rest / 0x80);
  }
  return Uint8Array.of(...bytes, rest);
}

class CompactReader {
  readonly #bytes: Uint8Array;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  struct(depth: number): CompactStruct {
    if (depth > DEPTH_MAX) throw new CompactError('structs are nested too deep');
    const fields: CompactField[] = [];
    let id = 0;
    for (let header = this.#byte(); header !== 0; header = this.#byte()) {
      const [delta, type] = [header >> 4, header & 0x0f];
      id = delta === 0 ? Number(this.#zigZag()) : id + delta;
      const start = this.#at;
      const value = type === 1 || type === 2 ? type === 1 : this.#value(type, depth + 1);
      fields.push({ id, type, value, bytes: this.#bytes.subarray(start, this.#at) });
    }
    return { kind: 'struct', fields };
  }

  #value(type: number, depth: number): CompactValue {
    switch (type) {
      case 1:
      case 2:
        return this.#byte() === 1;
      case 3:
        return BigInt(this.#byte());
      case 4:
      case 5:
      case 6:
        return this.#zigZag();
      case 7:
        return this.#take(8);
      case 8:
        return this.#take(Number(this.#varint()));
      case 9:
      case 10:
        return this.#list(depth);
      case 11:
        return this.#map(depth);
      case 12:
        return this.struct(depth);
      default:
        throw new CompactError(`there is no type ${String(type)}`);
    }
  }

  #list(depth: number): CompactList {
    if (depth > DEPTH_MAX) throw new CompactError('lists are nested too deep');
    const header = this.#byte();
    const [elementType, short] = [header & 0x0f, header >> 4];
    const count = short === 15 ? Number(this.#varint()) : short;
    const elements: { value: CompactValue; bytes: Uint8Array }[] = [];
    for (let index = 0; index < count; index += 1) {
      const start = this.#at;
      const value = this.#value(elementType, depth + 1);
      elements.push({ value, bytes: this.#bytes.subarray(start, this.#at) });
    }
    return { kind: 'list', elementType, elements };
  }

  #map(depth: number): Uint8Array {
    const start = this.#at;
    const count = Number(this.#varint());
    const types = count === 0 ? 0 : this.#byte();
    for (let index = 0; index < count; index += 1) {
      this.#value(types >> 4, depth + 1);
      this.#value(types & 0x0f, depth + 1);
    }
    return this.#bytes.subarray(start, this.#at);
  }

  #take(count: number): Uint8Array {
    const end = this.#at + count;
    if (!(end <= this.#bytes.length)) throw new CompactError('the bytes end too early');
    const taken = this.#bytes.subarray(this.#at, end);
    this.#at = end;
    return taken;
  }

  #byte(): number {
    return this.#take(1)[0] ?? 0;
  }

  #varint(): bigint {
    let value = 0n;
    for (let shift = 0n; shift < 70n; shift += 7n) {
      const byte = this.#byte();
      value |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) return value;
    }
    throw new CompactError('a number has no end');
  }

  #zigZag(): bigint {
    const value = this.#varint();
    return (value >> 1n) ^ -(value & 1n);
  }
}
