import type { AvroValue } from './avro-value.ts';
import type { KeyedBytes } from './keyed-bytes.ts';

/** A map over key-value records that stay bytes: nothing is kept of what was asked for. */
export class KeyedValues<Value> implements ReadonlyMap<number, Value> {
  readonly #bytes: KeyedBytes;
  readonly #toValue: (value: AvroValue) => Value;

  constructor(bytes: KeyedBytes, toValue: (value: AvroValue) => Value) {
    this.#bytes = bytes;
    this.#toValue = toValue;
  }

  get size(): number {
    return [...this.#bytes.entries()].length;
  }

  get(key: number): Value | undefined {
    const value = this.#bytes.get(key);
    return value === undefined ? undefined : this.#toValue(value);
  }

  has(key: number): boolean {
    return this.#bytes.get(key) !== undefined;
  }

  *entries(): Generator<[number, Value]> {
    for (const [key, value] of this.#bytes.entries()) yield [key, this.#toValue(value)];
  }

  *keys(): Generator<number> {
    for (const [key] of this.#bytes.entries()) yield key;
  }

  *values(): Generator<Value> {
    for (const [, value] of this.#bytes.entries()) yield this.#toValue(value);
  }

  forEach(visit: (value: Value, key: number, map: ReadonlyMap<number, Value>) => void): void {
    for (const [key, value] of this.entries()) visit(value, key, this);
  }

  [Symbol.iterator](): Generator<[number, Value]> {
    return this.entries();
  }
}
