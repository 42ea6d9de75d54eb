import { type ColumnPath, nearestName, PlatformError } from '../../spi/index.ts';
import type { JsonObject, JsonValue } from '../iceberg/json/lossless-json.ts';

/** A field of a schema's document: `id`, `name`, `required`, `type`, perhaps `doc`. Lists and maps have fields of fixed names for their parts. */
export type FieldNode = JsonObject;

/** Changes the fields that a path leads to, and returns the document's fields with them. What the change does not touch stays as it is, members that
 *  this code does not know among it.
 *  @param path a struct, or the table itself when empty
 *  @throws SQL_UNKNOWN_COLUMN */
export function changeFields(
  fields: readonly FieldNode[],
  path: ColumnPath,
  change: (fields: readonly FieldNode[], isStruct: boolean) => readonly FieldNode[],
): readonly FieldNode[] {
  return changeWithin(fields, path, true, change);
}

function changeWithin(
  fields: readonly FieldNode[],
  path: ColumnPath,
  isStruct: boolean,
  change: (fields: readonly FieldNode[], isStruct: boolean) => readonly FieldNode[],
): readonly FieldNode[] {
  const [first, ...rest] = path;
  if (first === undefined) return change(fields, isStruct);
  const found = fieldNamed(fields, first);
  const parts = partsOf(found['type']);
  if (parts === null) {
    throw new PlatformError('SQL_UNKNOWN_COLUMN', `The column ${JSON.stringify(first)} has no parts.`);
  }
  const changed = changeWithin(parts, rest, isStructType(found['type']), change);
  return fields.map((field) => (field === found ? { ...field, type: withParts(found['type'], changed) } : field));
}

/** Returns the field of a name, compared without regard to case.
 *  @throws SQL_UNKNOWN_COLUMN */
export function fieldNamed(fields: readonly FieldNode[], name: string): FieldNode {
  const found = findField(fields, name);
  if (found !== undefined) return found;
  const nearest = nearestName(name, fields.map(nameOf));
  throw new PlatformError('SQL_UNKNOWN_COLUMN', `The table has no column ${JSON.stringify(name)} any more.`, {
    hint: nearest === null ? undefined : `Did you mean ${JSON.stringify(nearest)}?`,
  });
}

/** Returns the field of a name, compared without regard to case; undefined for none. */
export function findField(fields: readonly FieldNode[], name: string): FieldNode | undefined {
  return fields.find((field) => nameOf(field).toLowerCase() === name.toLowerCase());
}

/** Returns the name of a field. */
export function nameOf(field: FieldNode): string {
  const name = field['name'];
  return typeof name === 'string' ? name : '';
}

/** Returns the ids of a field and of all its parts. */
export function idsWithin(field: FieldNode): readonly number[] {
  return [Number(field['id']), ...(partsOf(field['type']) ?? []).flatMap(idsWithin)];
}

/** Returns the fields of a document of a schema or of a struct. */
export function fieldsOf(json: JsonValue | undefined): readonly FieldNode[] {
  const fields = isObject(json) ? json['fields'] : undefined;
  return Array.isArray(fields) ? (fields as readonly FieldNode[]) : [];
}

function partsOf(type: JsonValue | undefined): readonly FieldNode[] | null {
  if (!isObject(type)) return null;
  switch (type['type']) {
    case 'struct':
      return fieldsOf(type);
    case 'list':
      return [part(type, 'element')];
    case 'map':
      return [{ ...part(type, 'key'), required: true }, part(type, 'value')];
    default:
      return null;
  }
}

function part(type: JsonObject, name: 'element' | 'key' | 'value'): FieldNode {
  return { id: type[`${name}-id`] ?? 0, name, required: type[`${name}-required`] ?? false, type: type[name] ?? null };
}

function withParts(type: JsonValue | undefined, parts: readonly FieldNode[]): JsonValue {
  if (!isObject(type)) return type ?? null;
  if (type['type'] === 'struct') return { ...type, fields: parts };
  const changed: Record<string, JsonValue> = { ...type };
  for (const { name, type: inner, required } of parts as readonly { name: string; type: JsonValue; required: boolean }[]) {
    changed[name] = inner;
    if (name !== 'key') changed[`${name}-required`] = required;
  }
  return changed;
}

const isStructType = (type: JsonValue | undefined): boolean => isObject(type) && type['type'] === 'struct';

function isObject(json: JsonValue | undefined): json is JsonObject {
  return typeof json === 'object' && json !== null && !Array.isArray(json);
}
