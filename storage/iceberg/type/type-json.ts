import { type DataType, PlatformError } from '../../../spi/index.ts';
import { JsonReader } from '../json/json-reader.ts';
import type { JsonValue } from '../json/lossless-json.ts';

const NAME_BY_KIND = {
  boolean: 'boolean',
  integer: 'int',
  bigint: 'long',
  real: 'float',
  double: 'double',
  date: 'date',
  time: 'time',
  timestamp: 'timestamp',
  timestamp_ns: 'timestamp_ns',
  timestamptz: 'timestamptz',
  varchar: 'string',
  varbinary: 'binary',
  uuid: 'uuid',
} as const;

const KIND_BY_NAME = new Map<string, keyof typeof NAME_BY_KIND>(
  Object.entries(NAME_BY_KIND).map(([kind, name]) => [name, kind as keyof typeof NAME_BY_KIND]),
);

/** Returns the JSON form of a type whose nested parts have ids.
 *  @throws STORAGE_UNSUPPORTED for types that no table can store.
 *  @see Iceberg spec, Appendix C, "Schemas" */
export function printType(type: DataType): JsonValue {
  switch (type.kind) {
    case 'decimal':
      return `decimal(${String(type.precision)}, ${String(type.scale)})`;
    case 'fixed':
      return `fixed[${String(type.lengthBytes)}]`;
    case 'list':
      return {
        type: 'list',
        'element-id': nestedId(type.elementId),
        'element-required': !type.elementNullable,
        element: printType(type.element),
      };
    case 'map':
      return {
        type: 'map',
        'key-id': nestedId(type.keyId),
        key: printType(type.key),
        'value-id': nestedId(type.valueId),
        'value-required': !type.valueNullable,
        value: printType(type.value),
      };
    case 'struct':
      return {
        type: 'struct',
        fields: type.fields.map((field) => ({
          id: nestedId(field.id),
          name: field.name,
          required: !field.nullable,
          type: printType(field.type),
        })),
      };
    case 'null':
    case 'interval':
      throw new PlatformError('STORAGE_UNSUPPORTED', `A column of type ${type.kind} cannot be stored.`, {
        hint: 'Cast it to another type.',
      });
    default:
      return NAME_BY_KIND[type.kind];
  }
}

function nestedId(id: number | undefined): number {
  if (id === undefined) throw new PlatformError('INTERNAL_INVARIANT', 'a part of a nested type has no field id');
  return id;
}

/** Reads the JSON form of a type.
 *  @throws STORAGE_UNSUPPORTED for types of later format versions, STORAGE_CORRUPT for anything else that is not a type. */
export function parseType(json: JsonValue | undefined, what: string): DataType {
  if (typeof json === 'string') return parseTypeName(json, what);
  const reader = new JsonReader(json, what);
  switch (reader.string('type')) {
    case 'list':
      return {
        kind: 'list',
        element: parseType(reader.json['element'], `${what}.element`),
        elementNullable: !reader.boolean('element-required'),
        elementId: reader.integer('element-id'),
      };
    case 'map':
      return {
        kind: 'map',
        key: parseType(reader.json['key'], `${what}.key`),
        value: parseType(reader.json['value'], `${what}.value`),
        valueNullable: !reader.boolean('value-required'),
        keyId: reader.integer('key-id'),
        valueId: reader.integer('value-id'),
      };
    case 'struct':
      return {
        kind: 'struct',
        fields: reader
          .objects('fields')
          .map((field) => refuseDefaults(field, what))
          .map((field) => ({
            id: field.integer('id'),
            name: field.string('name'),
            type: parseType(field.json['type'], `${what}.${field.string('name')}`),
            nullable: !field.boolean('required'),
          })),
      };
    default:
      throw unsupported(reader.string('type'), what);
  }
}

/** What a part of a column has in files from before it would have to be put into each value. */
function refuseDefaults(field: JsonReader, what: string): JsonReader {
  if (!field.has('initial-default') && !field.has('write-default')) return field;
  throw new PlatformError('STORAGE_UNSUPPORTED', `${what} has a part with a default value, which is not supported.`);
}

function parseTypeName(name: string, what: string): DataType {
  const kind = KIND_BY_NAME.get(name);
  if (kind !== undefined) return { kind };
  const decimal = /^decimal\(\s*(\d+)\s*,\s*(\d+)\s*\)$/.exec(name);
  if (decimal !== null) return { kind: 'decimal', precision: Number(decimal[1]), scale: Number(decimal[2]) };
  const fixed = /^fixed\[\s*(\d+)\s*\]$/.exec(name);
  if (fixed !== null) return { kind: 'fixed', lengthBytes: Number(fixed[1]) };
  throw unsupported(name, what);
}

function unsupported(name: string, what: string): PlatformError {
  return new PlatformError('STORAGE_UNSUPPORTED', `${what} uses the type ${name}, which is not supported.`, {
    ...(name === 'timestamptz_ns' ? { hint: MICROSECONDS } : {}),
    details: { type: name },
  });
}

const MICROSECONDS =
  'Copy the rows into a table whose column is of type timestamptz, which holds microseconds, or timestamp_ns, and take that one.';
