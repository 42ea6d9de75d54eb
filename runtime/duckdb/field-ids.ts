import type { DataType, Field } from '../../spi/index.ts';
import { quoteName, quoteText } from './quote-sql.ts';

/** A column of the Parquet file that holds values: everything but structs, lists and maps themselves. */
export interface LeafColumn {
  readonly fieldId: number;
  readonly type: DataType;
  /** True below a list or a map, where a row has any number of values. */
  readonly repeated: boolean;
}

interface Nested {
  readonly name: string;
  readonly id: number | undefined;
  readonly type: DataType;
  readonly repeated: boolean;
}

function nestedFields(type: DataType): readonly Nested[] {
  switch (type.kind) {
    case 'list':
      return [{ name: 'element', id: type.elementId, type: type.element, repeated: true }];
    case 'map':
      return [
        { name: 'key', id: type.keyId, type: type.key, repeated: true },
        { name: 'value', id: type.valueId, type: type.value, repeated: true },
      ];
    case 'struct':
      return type.fields.map((field) => ({ name: field.name, id: field.id, type: field.type, repeated: false }));
    default:
      return [];
  }
}

function idsOf(id: number | undefined, type: DataType): string {
  const nested = nestedFields(type).map((field) => `${quoteText(field.name)}: ${idsOf(field.id, field.type)}`);
  if (nested.length === 0) return String(id ?? 0);
  const own = id === undefined ? [] : [`__duckdb_field_id: ${String(id)}`];
  return `{${[...own, ...nested].join(', ')}}`;
}

/** Returns the value of COPY's FIELD_IDS option, with which DuckDB writes Iceberg's field ids into the file. */
export function fieldIdsSql(fields: readonly Field[]): string {
  return `{${fields.map((field) => `${quoteText(field.name)}: ${idsOf(field.id, field.type)}`).join(', ')}}`;
}

/** Returns the leaf columns by the path under which COPY's RETURN_STATS tells about them, such as `"point"."x"`. */
export function leafColumnsByPath(fields: readonly Field[]): ReadonlyMap<string, LeafColumn> {
  const leaves = new Map<string, LeafColumn>();
  const visit = (path: string, id: number | undefined, type: DataType, repeated: boolean): void => {
    const nested = nestedFields(type);
    if (nested.length === 0 && id !== undefined) leaves.set(path, { fieldId: id, type, repeated });
    for (const field of nested) visit(`${path}.${quoteName(field.name)}`, field.id, field.type, repeated || field.repeated);
  };
  for (const field of fields) visit(quoteName(field.name), field.id, field.type, false);
  return leaves;
}
