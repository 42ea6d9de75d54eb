import { PlatformError } from '../../../spi/index.ts';
import type { JsonObject, JsonValue } from '../json/lossless-json.ts';
import type { AvroInput } from './avro-input.ts';
import type { AvroValue } from './avro-value.ts';
import { blockCount, KeyedBytes } from './keyed-bytes.ts';

/** Decodes the value at an input's offset and moves behind it.
 *  Longs are bigints from 2^52 on, else numbers; maps with integer keys stay bytes; bytes are not copied. */
export type Decode = (input: AvroInput) => AvroValue;

/** Returns the decoder of a writer's schema. Logical types and Iceberg's ids are carried in the schema, not interpreted.
 *  @throws STORAGE_CORRUPT when it is not an Avro schema */
export function decoderOf(schema: JsonValue): Decode {
  return build(schema, new Map());
}

/** Named types by their name, since a schema spells each out only once. */
type Named = Map<string, Decode>;

const PRIMITIVES: Readonly<Record<string, Decode>> = {
  null: () => null,
  boolean: (input) => input.take(1)[0] === 1,
  int: (input) => input.int(),
  long: (input) => input.long(),
  float: (input) => input.take(4).readFloatLE(),
  double: (input) => input.take(8).readDoubleLE(),
  bytes: (input) => input.take(input.length()),
  string: (input) => input.text(),
};

function build(schema: JsonValue | undefined, named: Named): Decode {
  if (typeof schema === 'string') {
    const found = PRIMITIVES[schema] ?? named.get(schema);
    if (found === undefined) throw notASchema(`no type ${schema}`);
    return found;
  }
  if (Array.isArray(schema)) return union((schema as readonly JsonValue[]).map((branch) => build(branch, named)));
  if (schema === null || schema === undefined || typeof schema !== 'object') throw notASchema('a type is missing');
  const object = schema as JsonObject;
  switch (object['type']) {
    case 'record':
      return record(object, named);
    case 'array': {
      const item = build(object['items'], named);
      return isKeyed(object['items']) ? keyed(object['items']) : array(item);
    }
    case 'fixed':
      return fixed(object, named);
    case 'map':
    case 'enum':
    case 'error':
      throw notASchema(`the type ${object['type']}, which Iceberg does not use`);
    default:
      return build(object['type'], named);
  }
}

function union(branches: readonly Decode[]): Decode {
  return (input) => {
    const branch = branches[input.int()];
    if (branch === undefined) throw input.corrupt('has a union without such a branch');
    return branch(input);
  };
}

function record(schema: JsonObject, named: Named): Decode {
  const fields = Array.isArray(schema['fields']) ? (schema['fields'] as readonly JsonObject[]) : [];
  const names: string[] = [];
  const decoders: Decode[] = [];
  const decode: Decode = (input) => {
    const value: Record<string, AvroValue> = {};
    for (let index = 0; index < names.length; index++) value[names[index] as string] = (decoders[index] as Decode)(input);
    return value;
  };
  remember(schema, named, decode);
  for (const { name, type } of fields as readonly { readonly name?: JsonValue; readonly type?: JsonValue }[]) {
    if (typeof name !== 'string') throw notASchema('a field without a name');
    names.push(name);
    decoders.push(build(type, named));
  }
  return decode;
}

function array(item: Decode): Decode {
  return (input) => {
    const items: AvroValue[] = [];
    for (let count = blockCount(input); count > 0; count = blockCount(input)) {
      for (let index = 0; index < count; index++) items.push(item(input));
    }
    return items;
  };
}

function fixed(schema: JsonObject, named: Named): Decode {
  const size = Number(schema['size']);
  if (!Number.isSafeInteger(size) || size < 0) throw notASchema('a fixed type without a size');
  const decode: Decode = (input) => input.take(size);
  remember(schema, named, decode);
  return decode;
}

/** Whether an array's items are pairs of an integer and a long or bytes, which is how Iceberg writes maps. */
function isKeyed(items: JsonValue | undefined): items is JsonObject {
  const fields = (items as JsonObject | null | undefined)?.['fields'];
  if (!Array.isArray(fields) || fields.length !== 2) return false;
  const [key, value] = fields as readonly JsonObject[];
  return key?.['name'] === 'key' && key['type'] === 'int' && (value?.['type'] === 'long' || value?.['type'] === 'bytes');
}

function keyed(items: JsonObject): Decode {
  const [, value] = items['fields'] as readonly JsonObject[];
  const kind = value?.['type'] === 'long' ? 'long' : 'bytes';
  return (input) => new KeyedBytes(input, kind);
}

function remember(schema: JsonObject, named: Named, decode: Decode): void {
  const { name, namespace } = schema as { readonly name?: JsonValue; readonly namespace?: JsonValue };
  if (typeof name !== 'string') return;
  named.set(name, decode);
  if (typeof namespace === 'string') named.set(`${namespace}.${name}`, decode);
}

function notASchema(how: string): PlatformError {
  return new PlatformError('STORAGE_CORRUPT', `The Avro schema cannot be read: it has ${how}.`);
}
