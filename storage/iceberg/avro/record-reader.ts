import { PlatformError } from '../../../spi/index.ts';
import type { JsonObject, JsonValue } from '../json/lossless-json.ts';
import type { AvroRecord, AvroValue } from './avro-value.ts';
import { KeyedBytes } from './keyed-bytes.ts';
import { KeyedValues } from './keyed-values.ts';

/** The record of a writer's schema: its fields by Iceberg field id, since names may differ between writers. */
export class RecordShape {
  readonly #names = new Map<number, string>();
  readonly #types = new Map<number, JsonValue>();

  constructor(schema: JsonValue | undefined) {
    const record = bareRecord(schema);
    for (const field of (record['fields'] as readonly JsonObject[] | undefined) ?? []) {
      const id = field['field-id'];
      const name = field['name'];
      if (typeof id !== 'number' || typeof name !== 'string') continue;
      this.#names.set(id, name);
      this.#types.set(id, field['type'] ?? null);
    }
  }

  /** The shape of a field that is a record, or an array of records. */
  child(id: number): RecordShape {
    return new RecordShape(this.#types.get(id));
  }

  reader(value: AvroValue, what: string): RecordReader {
    return new RecordReader(value, this.#names, what);
  }
}

/** Reads the fields of one decoded record by id.
 *  @throws STORAGE_CORRUPT when a required field is missing or of another type. */
export class RecordReader {
  readonly #record: AvroRecord;
  readonly #names: ReadonlyMap<number, string>;
  readonly #what: string;

  constructor(value: AvroValue, names: ReadonlyMap<number, string>, what: string) {
    if (value === null || typeof value !== 'object' || Array.isArray(value) || value instanceof Uint8Array || value instanceof KeyedBytes) {
      throw new PlatformError('STORAGE_CORRUPT', `${what} has no record where one is needed.`);
    }
    this.#record = value as AvroRecord;
    this.#names = names;
    this.#what = what;
  }

  value(id: number): AvroValue {
    const name = this.#names.get(id);
    return name === undefined ? null : (this.#record[name] ?? null);
  }

  text(id: number): string {
    const value = this.value(id);
    if (typeof value !== 'string') throw this.#malformed(id);
    return value;
  }

  integer(id: number): number {
    const value = this.value(id);
    if (typeof value !== 'number' && typeof value !== 'bigint') throw this.#malformed(id);
    return Number(value);
  }

  integerOr<Other>(id: number, other: Other): number | Other {
    return this.value(id) === null ? other : this.integer(id);
  }

  longOrNull(id: number): bigint | null {
    return this.value(id) === null ? null : BigInt(this.integerValue(id));
  }

  bytesOrNull(id: number): Uint8Array | null {
    const value = this.value(id);
    if (value !== null && !(value instanceof Uint8Array)) throw this.#malformed(id);
    return value;
  }

  list(id: number): readonly AvroValue[] | null {
    const value = this.value(id);
    if (value !== null && !Array.isArray(value)) throw this.#malformed(id);
    return value as readonly AvroValue[] | null;
  }

  /** Returns an array of key-value records as a map, which is read when it is asked. */
  map<Value>(id: number, toValue: (value: AvroValue) => Value): ReadonlyMap<number, Value> {
    const value = this.value(id);
    if (value instanceof KeyedBytes) return new KeyedValues(value, toValue);
    const entries = (this.list(id) ?? []) as readonly AvroRecord[];
    return new Map(entries.map((entry) => [Number(entry['key']), toValue(entry['value'] ?? null)]));
  }

  integerValue(id: number): number | bigint {
    const value = this.value(id);
    if (typeof value !== 'number' && typeof value !== 'bigint') throw this.#malformed(id);
    return value;
  }

  #malformed(id: number): PlatformError {
    return new PlatformError('STORAGE_CORRUPT', `${this.#what} has no usable field ${String(id)}.`);
  }
}

/** Unwraps an optional type, and an array to its items. */
function bareRecord(schema: JsonValue | undefined): JsonObject {
  if (Array.isArray(schema)) return bareRecord((schema as readonly JsonValue[]).find((part) => part !== 'null'));
  if (schema === null || typeof schema !== 'object') return {};
  const object = schema as JsonObject;
  return object['type'] === 'array' ? bareRecord(object['items']) : object;
}
