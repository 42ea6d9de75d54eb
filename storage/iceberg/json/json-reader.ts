import { PlatformError } from '../../../spi/index.ts';
import { type JsonObject, type JsonValue, printLosslessJson } from './lossless-json.ts';

/** Reads typed parts of a JSON object of one document. `what` names the document in errors.
 *  @throws STORAGE_CORRUPT from every method when a part is missing or of another type. */
export class JsonReader {
  readonly json: JsonObject;
  readonly #what: string;

  constructor(value: JsonValue | undefined, what: string) {
    if (value === null || typeof value !== 'object' || Array.isArray(value)) throw malformed(what, 'is not an object');
    this.json = value as JsonObject;
    this.#what = what;
  }

  has(key: string): boolean {
    return this.json[key] !== undefined && this.json[key] !== null;
  }

  string(key: string): string {
    const value = this.json[key];
    if (typeof value !== 'string') throw malformed(this.#what, `has no text "${key}"`);
    return value;
  }

  /** Returns a whole number up to 2^53. */
  integer(key: string): number {
    const value = this.json[key];
    if (!Number.isSafeInteger(value)) throw malformed(this.#what, `has no integer "${key}"`);
    return value as number;
  }

  /** Returns a 64-bit integer. */
  long(key: string): bigint {
    const value = this.json[key];
    if (typeof value !== 'bigint' && !Number.isSafeInteger(value)) throw malformed(this.#what, `has no integer "${key}"`);
    return BigInt(value as number | bigint);
  }

  boolean(key: string): boolean {
    const value = this.json[key];
    if (typeof value !== 'boolean') throw malformed(this.#what, `has no boolean "${key}"`);
    return value;
  }

  /** Returns the objects of a list; an absent list is empty. */
  objects(key: string): JsonReader[] {
    return this.list(key).map((item) => this.part(key, item));
  }

  /** Returns a list; an absent one is empty. */
  list(key: string): readonly JsonValue[] {
    const value = this.json[key] ?? [];
    if (!Array.isArray(value)) throw malformed(this.#what, `has no list "${key}"`);
    return value as readonly JsonValue[];
  }

  /** Returns the reader of an object that stands in the list. */
  part(key: string, item: JsonValue): JsonReader {
    return new JsonReader(item, `${this.#what}, "${key}"`);
  }

  /** Returns an object of texts; an absent one is empty. */
  texts(key: string): Readonly<Record<string, string>> {
    const value = new JsonReader(this.json[key] ?? {}, `${this.#what}, "${key}"`).json;
    return Object.fromEntries(
      Object.entries(value).map(([name, text]) => [name, typeof text === 'string' ? text : printLosslessJson(text)]),
    );
  }

  child(key: string): JsonReader {
    return new JsonReader(this.json[key], `${this.#what}, "${key}"`);
  }
}

function malformed(what: string, how: string): PlatformError {
  return new PlatformError('STORAGE_CORRUPT', `${what} ${how}.`);
}
