import { type DataType, type Field, PlatformError, type StructField } from '../../../spi/index.ts';
import type { TableMetadata } from './table-metadata.ts';

/** The property of a table that tells which columns of files without field ids are which of the table's. */
export const NAME_MAPPING = 'schema.name-mapping.default';

/** Names that a column, or a part of one, has in files without field ids. */
export interface MappedField {
  /** Null for names of no column of the table. */
  readonly fieldId: number | null;
  readonly names: readonly string[];
  readonly fields: readonly MappedField[];
}

/** The mappings of tables that were read so far: each of their files asks for it. */
const MAPPINGS = new WeakMap<TableMetadata['properties'], readonly MappedField[]>();

/** Returns the name mapping of a table; null for a table without. ALTER leaves it as it is: all files that are written here have ids, so the files without are of before,
 *  and have the names of then.
 *  @throws STORAGE_CORRUPT when it is no name mapping
 *  @see Iceberg spec, "Column Projection" and "Name Mapping Serialization" */
export function nameMappingOf({ properties, location }: Pick<TableMetadata, 'properties' | 'location'>): readonly MappedField[] | null {
  const text = properties[NAME_MAPPING];
  if (text === undefined) return null;
  const fields = MAPPINGS.get(properties) ?? readFields(parse(text));
  if (fields !== null) {
    MAPPINGS.set(properties, fields);
    return fields;
  }
  throw new PlatformError('STORAGE_CORRUPT', `The property ${NAME_MAPPING} of the table ${location} is no name mapping.`);
}

/** Returns the text of the mapping by which columns have the names of a schema. */
export const printNameMapping = (fields: readonly Field[]): string => JSON.stringify(fields.map(printField));

interface FieldJson {
  readonly 'field-id'?: number;
  readonly names: readonly string[];
  readonly fields?: readonly FieldJson[];
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

/** Returns null for what is no list of fields. */
function readFields(json: unknown): readonly MappedField[] | null {
  if (!Array.isArray(json)) return null;
  const read = json.map(readField);
  const fields = read.filter((field) => field !== null);
  return fields.length === read.length ? fields : null;
}

function readField(json: unknown): MappedField | null {
  if (typeof json !== 'object' || json === null) return null;
  const { 'field-id': fieldId = null, names = [], fields: parts = [] } = json as Partial<Record<string, unknown>>;
  const fields = readFields(parts);
  if (fields === null || !(fieldId === null || typeof fieldId === 'number')) return null;
  if (!Array.isArray(names) || !names.every((name) => typeof name === 'string')) return null;
  return { fieldId, names, fields };
}

function printField({ id, name, type }: Pick<StructField, 'id' | 'name' | 'type'>): FieldJson {
  const fields = partsOf(type).map(printField);
  return { ...(id === undefined ? {} : { 'field-id': id }), names: [name], ...(fields.length === 0 ? {} : { fields }) };
}

function partsOf(type: DataType): readonly Pick<StructField, 'id' | 'name' | 'type'>[] {
  const part = (name: string, id: number | undefined, inner: DataType) => ({ name, type: inner, ...(id === undefined ? {} : { id }) });
  switch (type.kind) {
    case 'struct':
      return type.fields;
    case 'list':
      return [part('element', type.elementId, type.element)];
    case 'map':
      return [part('key', type.keyId, type.key), part('value', type.valueId, type.value)];
    default:
      return [];
  }
}
