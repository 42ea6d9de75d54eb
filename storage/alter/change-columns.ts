import { type ColumnChange, type ColumnPath, type ColumnPosition, formatType, PlatformError } from '../../spi/index.ts';
import { checkDistinct, checkName } from '../catalog/check-name.ts';
import { checkDefaults, checkStorable, checkTypeVersion } from '../commit/check-storable.ts';
import { numberedType } from '../iceberg/type/assign-field-ids.ts';
import { printDefault } from '../iceberg/type/default-json.ts';
import { parseType, printType } from '../iceberg/type/type-json.ts';
import type { TableMetadata } from '../iceberg/metadata/table-metadata.ts';
import { changeFields, type FieldNode, fieldNamed, fieldsOf, findField, idsWithin, nameOf } from './column-path.ts';
import { refuseUsed } from './column-uses.ts';
import { incompatibleChange } from './incompatible-change.ts';
import { currentSchemaJson, putSchema } from './put-schema.ts';
import { isWidening } from './is-widening.ts';

/** Changes the schema of a table. Whether a column that is to refuse NULL holds one is not its task.
 *  Guarantees: a field id, once given, is never given again; a column keeps its id through every change but DROP.
 *  @throws SQL_UNKNOWN_COLUMN, SQL_DUPLICATE_NAME, CATALOG_INVALID_NAME, CATALOG_COLUMN_IN_USE, CATALOG_INCOMPATIBLE_CHANGE, STORAGE_UNSUPPORTED
 *  @see Iceberg spec, "Schema Evolution" */
export function changeColumns(metadata: TableMetadata, change: ColumnChange): TableMetadata {
  switch (change.kind) {
    case 'add_column':
      return addColumn(metadata, change);
    case 'drop_column':
      return dropColumn(metadata, change);
    case 'rename_column':
      return renameColumn(metadata, change.column, change.newName);
    case 'widen_column':
      return changeField(metadata, change.column, (field) => widened(field, change));
    case 'set_column_nullability':
      return changeField(metadata, change.column, (field) => ({ ...field, required: !change.nullable }));
    case 'set_column_comment':
      return changeField(metadata, change.column, (field) => commented(field, change.comment));
    case 'set_column_default':
      return changeField(metadata, change.column, (field) => defaulted(metadata, field, change));
    case 'move_column':
      return changeSiblings(metadata, change.column, (siblings, field) => placed(siblings, field, change.position));
  }
}

function addColumn(
  metadata: TableMetadata,
  { parent, column, position, ifNotExists }: Extract<ColumnChange, { kind: 'add_column' }>,
): TableMetadata {
  checkName(column.name, 'column');
  checkStorable(column.type, column.name);
  checkTypeVersion(metadata.formatVersion, column.type, column.name);
  if (column.writeDefault !== undefined) checkDefaults(metadata.formatVersion, column.name);
  if (!column.nullable && column.writeDefault === undefined) {
    throw incompatibleChange(
      `The column ${JSON.stringify(column.name)} cannot be added as NOT NULL: rows that are there have NULL in it.`,
      'Add it with a DEFAULT (format version 3), or without NOT NULL, fill it by UPDATE, and then ALTER COLUMN .. SET NOT NULL.',
    );
  }
  let last = Number(metadata.json['last-column-id']);
  const next = (): number => (last += 1);
  const outcome = { kept: false };
  const fields = changeFields(currentFields(metadata), parent, (siblings, isStruct) => {
    if (!isStruct)
      throw incompatibleChange('A column is added to a table or to a struct, not to a list or a map.', 'Name its element or value too.');
    if (findField(siblings, column.name) !== undefined) {
      if (!ifNotExists) throw duplicateName(column.name);
      outcome.kept = true;
      return siblings;
    }
    const comment = column.comment === undefined ? {} : { doc: column.comment };
    const id = next();
    const type = printType(numberedType(column.type, next));
    const value = column.writeDefault === undefined ? null : printDefault(column.type, column.writeDefault);
    if (value !== null && isStructPart(parent)) throw partDefault(column.name);
    const defaults = value === null ? {} : { 'initial-default': value, 'write-default': value };
    const added: FieldNode = { id, name: column.name, required: !column.nullable, type, ...comment, ...defaults };
    return position === null ? [...siblings, added] : placed([...siblings, added], added, position);
  });
  return outcome.kept ? metadata : putSchema(metadata, fields, last);
}

function dropColumn(metadata: TableMetadata, { column, ifExists }: Extract<ColumnChange, { kind: 'drop_column' }>): TableMetadata {
  const name = column.at(-1) ?? '';
  const outcome = { kept: false };
  const fields = changeFields(currentFields(metadata), column.slice(0, -1), (siblings, isStruct) => {
    if (!isStruct)
      throw incompatibleChange(
        `${JSON.stringify(name)} is a part of a list or a map, which cannot do without it.`,
        'Drop the whole column.',
      );
    const field = findField(siblings, name);
    if (field === undefined && ifExists) {
      outcome.kept = true;
      return siblings;
    }
    const found = field ?? fieldNamed(siblings, name);
    refuseUsed(metadata, idsWithin(found), name);
    if (siblings.length === 1) {
      throw incompatibleChange(
        `${JSON.stringify(name)} is the last column, and a table or a struct has one at least.`,
        'Add another first.',
      );
    }
    return siblings.filter((sibling) => sibling !== found);
  });
  return outcome.kept ? metadata : putSchema(metadata, fields);
}

function renameColumn(metadata: TableMetadata, column: ColumnPath, newName: string): TableMetadata {
  checkName(newName, 'column');
  return changeSiblings(metadata, column, (siblings, field) => {
    const taken = findField(siblings, newName);
    if (taken !== undefined && taken !== field) throw duplicateName(newName);
    return siblings.map((sibling) => (sibling === field ? { ...field, name: newName } : sibling));
  });
}

function widened(field: FieldNode, { column, type }: Extract<ColumnChange, { kind: 'widen_column' }>): FieldNode {
  const before = parseType(field['type'], 'The schema of the table');
  if (isWidening(before, type)) return { ...field, ...widenedDefaults(field, before.kind === 'real'), type: printType(type) };
  throw incompatibleChange(
    `The type of ${JSON.stringify(column.join('.'))} cannot change from ${formatType(before)} to ${formatType(type)}.`,
    'integer goes to bigint, real to double, and a decimal to one of more digits and the same scale. For another type add a column and fill it by UPDATE.',
  );
}

/** A real that is read as a double is the number that its 32 bits are. */
function widenedDefaults(field: FieldNode, isReal: boolean): FieldNode {
  const found = Object.entries(field).filter(
    ([key, value]) => isReal && /^(initial|write)-default$/.test(key) && typeof value === 'number',
  );
  return Object.fromEntries(found.map(([key, value]) => [key, Math.fround(Number(value))]));
}

function defaulted(
  metadata: TableMetadata,
  field: FieldNode,
  { column, value }: Extract<ColumnChange, { kind: 'set_column_default' }>,
): FieldNode {
  const { 'write-default': before, ...others } = field;
  if (value === null) return before === undefined ? field : others;
  checkDefaults(metadata.formatVersion, column.join('.'));
  if (column.length > 1) throw partDefault(column.join('.'));
  return { ...others, 'write-default': printDefault(parseType(field['type'], 'The schema of the table'), value) };
}

const isStructPart = (parent: ColumnPath): boolean => parent.length > 0;

function partDefault(name: string): PlatformError {
  return new PlatformError('STORAGE_UNSUPPORTED', `${JSON.stringify(name)} is a part of a column, which takes no default value.`, {
    hint: 'Leave the DEFAULT out.',
  });
}

function commented(field: FieldNode, comment: string | null): FieldNode {
  const members = Object.entries(field).filter(([key]) => key !== 'doc');
  return Object.fromEntries(comment === null ? members : [...members, ['doc', comment]]);
}

function placed(siblings: readonly FieldNode[], field: FieldNode, { after }: ColumnPosition): readonly FieldNode[] {
  const others = siblings.filter((sibling) => sibling !== field);
  if (after === null) return [field, ...others];
  if (after.toLowerCase() === nameOf(field).toLowerCase()) return siblings;
  const index = others.indexOf(fieldNamed(others, after));
  return [...others.slice(0, index + 1), field, ...others.slice(index + 1)];
}

function changeField(metadata: TableMetadata, column: ColumnPath, change: (field: FieldNode) => FieldNode): TableMetadata {
  const parent = column.slice(0, -1);
  const fields = changeFields(currentFields(metadata), parent, (siblings) => {
    const field = fieldNamed(siblings, column.at(-1) ?? '');
    return siblings.map((sibling) => (sibling === field ? change(field) : sibling));
  });
  return putSchema(metadata, fields);
}

function changeSiblings(
  metadata: TableMetadata,
  column: ColumnPath,
  change: (siblings: readonly FieldNode[], field: FieldNode) => readonly FieldNode[],
): TableMetadata {
  const name = column.at(-1) ?? '';
  const fields = changeFields(currentFields(metadata), column.slice(0, -1), (siblings, isStruct) => {
    const field = fieldNamed(siblings, name);
    if (isStruct) return change(siblings, field);
    throw incompatibleChange(
      `${JSON.stringify(name)} is a part of a list or a map, whose name and place are fixed.`,
      'Name a column of a struct.',
    );
  });
  checkDistinct(fields.map(nameOf), 'column');
  return putSchema(metadata, fields);
}

const currentFields = (metadata: TableMetadata): readonly FieldNode[] => fieldsOf(currentSchemaJson(metadata));

function duplicateName(name: string): PlatformError {
  return new PlatformError('SQL_DUPLICATE_NAME', `The table has a column ${JSON.stringify(name)} already.`, {
    hint: 'Use another name, or ADD COLUMN IF NOT EXISTS.',
  });
}
