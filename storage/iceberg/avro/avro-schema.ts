import type { JsonObject, JsonValue } from '../json/lossless-json.ts';

/** An optional field: a union of null and the type, NULL by default. */
export function optionalField(id: number, name: string, type: JsonValue): JsonObject {
  return { name, type: ['null', type], default: null, 'field-id': id };
}

/** A required field. */
export function requiredField(id: number, name: string, type: JsonValue): JsonObject {
  return { name, type, 'field-id': id };
}

/** A map with integer keys, as Iceberg writes it: an array of key-value records. */
export function integerMap(keyId: number, valueId: number, valueType: JsonValue): JsonObject {
  return {
    type: 'array',
    logicalType: 'map',
    items: {
      type: 'record',
      name: `k${String(keyId)}_v${String(valueId)}`,
      fields: [requiredField(keyId, 'key', 'int'), requiredField(valueId, 'value', valueType)],
    },
  };
}

/** An array whose elements have a field id. */
export function arrayOf(elementId: number, items: JsonValue): JsonObject {
  return { type: 'array', items, 'element-id': elementId };
}

/** Returns the name under which a field stands in an Avro record: other characters than letters, digits and `_` are spelt out. */
export function avroName(name: string): string {
  return Array.from(name)
    .map((character, index) => {
      if (/[A-Za-z_]/.test(character) || (index > 0 && /[0-9]/.test(character))) return character;
      return /[0-9]/.test(character) ? `_${character}` : `_x${(character.codePointAt(0) ?? 0).toString(16).toUpperCase()}`;
    })
    .join('');
}
