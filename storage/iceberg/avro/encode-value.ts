import avro from 'avsc';
import { PlatformError } from '../../../spi/index.ts';
import { type JsonObject, type JsonValue, printLosslessJson } from '../json/lossless-json.ts';
import type { AvroValue } from './avro-value.ts';

/** Encodes values of one schema. */
export type Encode = (value: AvroValue) => Uint8Array;

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

/** Encoders are code that is generated; the tables of a warehouse need only a few. */
const ENCODERS_MAX = 100;
const encoders = new Map<string, Encode>();

/** Returns the encoder of a schema. Logical types and Iceberg's ids in it are carried, not interpreted.
 *  @throws STORAGE_CORRUPT when it is not an Avro schema. */
export function encoderOf(schema: JsonValue): Encode {
  const key = printLosslessJson(schema);
  const known = encoders.get(key);
  if (known !== undefined) return known;
  const encode = makeEncoder(schema);
  if (encoders.size >= ENCODERS_MAX) encoders.clear();
  encoders.set(key, encode);
  return encode;
}

function makeEncoder(schema: JsonValue): Encode {
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
  return (value) => type.toBuffer(value);
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
