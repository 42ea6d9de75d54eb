import type { Field } from '../../../spi/index.ts';
import { JsonReader } from '../json/json-reader.ts';
import type { JsonObject, JsonValue } from '../json/lossless-json.ts';
import { parseDefault, printDefault } from './default-json.ts';
import { parseType, printType } from './type-json.ts';

/** A numbered schema of a table. */
export interface TableSchema {
  readonly schemaId: number;
  readonly fields: readonly Field[];
}

/** Returns the JSON form of a schema.
 *  @see Iceberg spec, Appendix C, "Schemas" */
export function printSchema(schema: TableSchema): JsonObject {
  return {
    type: 'struct',
    'schema-id': schema.schemaId,
    fields: schema.fields.map((field) => ({
      id: field.id,
      name: field.name,
      required: !field.nullable,
      type: printType(field.type),
      ...(field.comment === undefined ? {} : { doc: field.comment }),
      ...(field.initialDefault === undefined ? {} : { 'initial-default': printDefault(field.type, field.initialDefault) }),
      ...(field.writeDefault === undefined ? {} : { 'write-default': printDefault(field.type, field.writeDefault) }),
    })),
  };
}

/** Reads the JSON form of a schema. A schema without an id (of a manifest's header) is schema 0. */
export function parseSchema(json: JsonValue | undefined, what: string): TableSchema {
  const reader = new JsonReader(json, what);
  return {
    schemaId: reader.has('schema-id') ? reader.integer('schema-id') : 0,
    fields: reader.objects('fields').map((field) => parseField(field, `${what}, column ${field.string('name')}`)),
  };
}

function parseField(field: JsonReader, what: string): Field {
  const type = parseType(field.json['type'], what);
  const defaultIn = (key: 'initial-default' | 'write-default'): string => parseDefault(type, field.json[key] ?? null, what);
  return {
    id: field.integer('id'),
    name: field.string('name'),
    type,
    nullable: !field.boolean('required'),
    ...(field.has('doc') ? { comment: field.string('doc') } : {}),
    ...(field.has('initial-default') ? { initialDefault: defaultIn('initial-default') } : {}),
    ...(field.has('write-default') ? { writeDefault: defaultIn('write-default') } : {}),
  };
}
