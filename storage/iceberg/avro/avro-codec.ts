import avro from 'avsc';
import { PlatformError } from '../../../spi/index.ts';
import { type JsonObject, type JsonValue, printLosslessJson } from '../json/lossless-json.ts';

/** A decoded Avro value; every `long` is a bigint, every `bytes` and `fixed` a Uint8Array, unions are bare. */
export type AvroValue = null | boolean | number | bigint | string | Uint8Array | readonly AvroValue[] | AvroRecord;

/** A decoded Avro record by field name. */
export interface AvroRecord {
  readonly [name: string]: AvroValue;
}

/** Encodes and decodes values of one schema. */
export interface AvroCodec {
  encode(value: AvroValue): Uint8Array;
  /** Decodes the value at an offset; the new offset is negative when the bytes end too early. */
  decode(bytes: Buffer, offset: number): { readonly value: AvroValue; readonly offset: number };
}

const BIG_LONG = avro.types.LongType.__with({
  fromBuffer: (bytes: Buffer) => bytes.readBigInt64LE(),
  toBuffer(value: bigint) {
    const bytes = Buffer.alloc(8);
    bytes.writeBigInt64LE(value);
    return bytes;
  },
  fromJSON: BigInt,
  toJSON: Number,
  isValid: (value: unknown) => typeof value === 'bigint',
  compare: (left: bigint, right: bigint) => (left === right ? 0 : left < right ? -1 : 1),
});

/** Codecs are code that is generated; the tables of a warehouse need only a few. */
const CODECS_MAX = 100;
const codecs = new Map<string, AvroCodec>();

/** Returns the codec of a schema. Logical types and Iceberg's ids in it are carried, not interpreted.
 *  @throws STORAGE_CORRUPT when it is not an Avro schema. */
export function avroCodec(schema: JsonValue): AvroCodec {
  const key = printLosslessJson(schema);
  const known = codecs.get(key);
  if (known !== undefined) return known;
  const codec = makeCodec(schema);
  if (codecs.size >= CODECS_MAX) codecs.clear();
  codecs.set(key, codec);
  return codec;
}

function makeCodec(schema: JsonValue): AvroCodec {
  let type: avro.Type;
  try {
    const options = { registry: { long: BIG_LONG }, wrapUnions: false, noAnonymousTypes: false };
    type = avro.Type.forSchema(withoutLogicalTypes(schema) as unknown as avro.Schema, options);
  } catch (error) {
    throw new PlatformError(
      'STORAGE_CORRUPT',
      `The Avro schema cannot be read: ${error instanceof Error ? error.message : String(error)}.`,
      {
        cause: error,
      },
    );
  }
  return {
    encode: (value) => type.toBuffer(value),
    decode: (bytes, offset) => type.decode(bytes, offset),
  };
}

const PRIMITIVES = new Set<unknown>(['null', 'boolean', 'int', 'long', 'float', 'double', 'bytes', 'string']);

/** A primitive type in an object of its own (for its logical type) would not be found in the registry of types. */
function withoutLogicalTypes(schema: JsonValue): JsonValue {
  if (schema === null || typeof schema !== 'object') return schema;
  if (Array.isArray(schema)) return schema.map(withoutLogicalTypes);
  const object = schema as JsonObject;
  if (PRIMITIVES.has(object['type']) && object['name'] === undefined) return object['type'] ?? null;
  return Object.fromEntries(Object.entries(object).map(([key, part]) => [key, key === 'default' ? part : withoutLogicalTypes(part)]));
}
