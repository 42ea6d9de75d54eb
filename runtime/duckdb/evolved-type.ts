import type { DataType, StructField } from '../../spi/index.ts';
import { quoteName, quoteText } from './quote-sql.ts';
import { typeSql } from './type-sql.ts';

/** Names that parts of columns have in a file, by field id; null for a part that the file does not have. */
export type PartNames = Readonly<Record<string, string | null>>;

/** Returns the type to read a column of a file with: DuckDB finds columns by field id, but their parts by the names that they have there. */
export function typeInFile(type: DataType, names: PartNames): DataType {
  switch (type.kind) {
    case 'list':
      return { ...type, element: typeInFile(type.element, names) };
    case 'map':
      return { ...type, key: typeInFile(type.key, names), value: typeInFile(type.value, names) };
    case 'struct': {
      const fields = type.fields.flatMap((field) => {
        const name = nameInFile(field, names);
        return name === null ? [] : [{ ...field, name, type: typeInFile(field.type, names) }];
      });
      // DuckDB casts a struct to one that has a part in common with it; of any other all that matters is whether it is NULL.
      return fields.length === 0 ? { kind: 'varchar' } : { ...type, fields };
    }
    default:
      return type;
  }
}

/** Returns SQL that turns a value as it was read into one of the table's type.
 *  @param sql a value of `typeInFile(type, names)` */
export function valueOfTable(sql: string, type: DataType, names: PartNames, depth = 0): string {
  if (!isRenamed(type, names)) return sql;
  const item = `_p${String(depth)}`;
  const within = (inner: DataType, innerSql: string): string => valueOfTable(innerSql, inner, names, depth + 1);
  switch (type.kind) {
    case 'list':
      return `list_transform(${sql}, lambda ${item}: ${within(type.element, item)})`;
    case 'map': {
      const pair = `struct_pack("key" := ${within(type.key, `${item}."key"`)}, "value" := ${within(type.value, `${item}."value"`)})`;
      return `CASE WHEN ${sql} IS NULL THEN NULL ELSE map_from_entries(list_transform(map_entries(${sql}), lambda ${item}: ${pair})) END`;
    }
    case 'struct': {
      const parts = type.fields.map((field) => {
        const name = nameInFile(field, names);
        const value =
          name === null ? `CAST(NULL AS ${typeSql(field.type)})` : within(field.type, `struct_extract(${sql}, ${quoteText(name)})`);
        return `${quoteName(field.name)} := ${value}`;
      });
      return `CASE WHEN ${sql} IS NULL THEN NULL ELSE struct_pack(${parts.join(', ')}) END`;
    }
    default:
      return sql;
  }
}

function nameInFile({ id, name }: StructField, names: PartNames): string | null {
  const known = id === undefined ? undefined : names[String(id)];
  return known === undefined ? name : known;
}

function isRenamed(type: DataType, names: PartNames): boolean {
  switch (type.kind) {
    case 'list':
      return isRenamed(type.element, names);
    case 'map':
      return isRenamed(type.key, names) || isRenamed(type.value, names);
    case 'struct':
      return type.fields.some((field) => (field.id !== undefined && names[String(field.id)] !== undefined) || isRenamed(field.type, names));
    default:
      return false;
  }
}
