import { type FileMetaData, parquetSchema, type SchemaTree } from 'hyparquet';

/** A column of a Parquet file, or a part of one. */
export interface ParquetPart {
  /** `element`, `key` or `value` for those of lists and maps, however the file calls them. */
  readonly name: string;
  readonly fieldId: number | null;
  readonly parts: readonly ParquetPart[];
}

/** Returns the columns of a Parquet file. The groups that wrap the entries of lists and maps are left out: they are no parts of a column.
 *  @see LogicalTypes.md of Parquet, "Lists" and "Maps", with the rules for lists of two levels */
export function parquetParts(footer: Pick<FileMetaData, 'schema'>): readonly ParquetPart[] {
  return partsOf(parquetSchema(footer));
}

function partsOf(group: SchemaTree): readonly ParquetPart[] {
  const [entry] = group.children;
  if (entry?.element.repetition_type === 'REPEATED' && group.children.length === 1) {
    if (isAnnotated(group, ['MAP', 'MAP_KEY_VALUE']))
      return entry.children.map((child, index) => toPart(child, index === 0 ? 'key' : 'value'));
    if (isAnnotated(group, ['LIST'])) return [toPart(elementOf(group, entry), 'element')];
  }
  return group.children.map((child) => toPart(child, child.element.name));
}

const toPart = (node: SchemaTree, name: string): ParquetPart => ({ name, fieldId: node.element.field_id ?? null, parts: partsOf(node) });

function elementOf(group: SchemaTree, entry: SchemaTree): SchemaTree {
  const [element] = entry.children;
  const { name } = entry.element;
  const isElement = element === undefined || entry.children.length > 1 || name === 'array' || name === `${group.element.name}_tuple`;
  return isElement ? entry : element;
}

const isAnnotated = ({ element: { converted_type: converted, logical_type: logical } }: SchemaTree, kinds: readonly string[]): boolean =>
  kinds.includes(converted ?? '') || kinds.includes(logical?.type ?? '');
