import { AvroInput } from './avro-input.ts';

/** What a key of such an array stands for. */
type KeyedValue = number | bigint | Uint8Array;

/** An array of records with an integer `key` and a `value`, as it stands in the bytes: most are never looked at. */
export class KeyedBytes {
  readonly #bytes: Buffer;
  readonly #what: string;
  readonly #start: number;
  readonly #kind: 'long' | 'bytes';

  /** Moves the input past the array. */
  constructor(input: AvroInput, kind: 'long' | 'bytes') {
    this.#bytes = input.bytes;
    this.#what = input.what;
    this.#start = input.at;
    this.#kind = kind;
    for (let count = blockCount(input); count > 0; count = blockCount(input)) {
      for (let index = 0; index < count; index++) {
        input.skipLong();
        this.#skip(input);
      }
    }
  }

  /** Returns the value of a key. */
  get(key: number): KeyedValue | undefined {
    const input = this.#input();
    for (let count = blockCount(input); count > 0; count = blockCount(input)) {
      for (let index = 0; index < count; index++) {
        if (input.int() === key) return this.#value(input);
        this.#skip(input);
      }
    }
    return undefined;
  }

  *entries(): Generator<readonly [number, KeyedValue]> {
    const input = this.#input();
    for (let count = blockCount(input); count > 0; count = blockCount(input)) {
      for (let index = 0; index < count; index++) {
        const key = input.int();
        yield [key, this.#value(input)];
      }
    }
  }

  #input(): AvroInput {
    return new AvroInput(this.#bytes, this.#what, this.#start);
  }

  #skip(input: AvroInput): void {
    if (this.#kind === 'long') input.skipLong();
    else input.skip(input.length());
  }

  #value(input: AvroInput): KeyedValue {
    return this.#kind === 'long' ? input.long() : input.take(input.length());
  }
}

/** Reads the count of an array's next block; a negative one is followed by the bytes of the block, which nobody needs here. */
export function blockCount(input: AvroInput): number {
  const count = input.long();
  if (typeof count !== 'number') throw input.corrupt('has a number out of range');
  if (count < 0) input.skipLong();
  const items = Math.abs(count);
  // An item takes a byte at least, so a damaged count ends here and not after hours.
  if (items > input.bytes.length - input.at) throw input.corrupt('has an array longer than its bytes');
  return items;
}
