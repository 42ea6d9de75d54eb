import type { AlterTable, AlterTableAction, ChangeReference, ColumnPosition, RenameObject } from '../ast/index.ts';
import { formatColumnDefinition, formatPartitionField, formatProperties } from './format-definition.ts';
import { formatIdentifier, formatQualifiedName, formatString, formatTypeName } from './format-name.ts';
import type { FormatRules } from './format-rules.ts';
import { formatSortItem } from './format-function-call.ts';

function formatPosition(position: ColumnPosition | null): string {
  if (position === null) return '';
  return position.after === null ? ' FIRST' : ` AFTER ${formatIdentifier(position.after)}`;
}

function formatChangeReference(rules: FormatRules, { action, type, name, ifNotExists, version, retainDays }: ChangeReference): string {
  const exists = ifNotExists ? 'IF NOT EXISTS ' : '';
  const of = version === null ? '' : ` AS OF VERSION ${rules.expression(version)}`;
  const retain = retainDays === null ? '' : ` RETAIN ${String(retainDays)} DAYS`;
  return `${action.toUpperCase()} ${type.toUpperCase()} ${exists}${formatIdentifier(name)}${of}${retain}`;
}

type ColumnAction = Extract<
  AlterTableAction,
  {
    kind: 'change-column-type' | 'change-column-nullability' | 'change-column-default' | 'change-column-comment' | 'move-column';
  }
>;

function formatColumnAction(rules: FormatRules, action: ColumnAction): string {
  const head = `ALTER COLUMN ${formatQualifiedName(action.column)}`;
  switch (action.kind) {
    case 'change-column-type':
      return `${head} SET DATA TYPE ${formatTypeName(action.dataType)}`;
    case 'change-column-nullability':
      return `${head} ${action.notNull ? 'SET' : 'DROP'} NOT NULL`;
    case 'change-column-default':
      return `${head} ${action.value === null ? 'DROP DEFAULT' : `SET DEFAULT ${rules.expression(action.value)}`}`;
    case 'change-column-comment':
      return `${head} COMMENT ${formatString(action.comment)}`;
    case 'move-column':
      return `${head}${formatPosition(action.position)}`;
  }
}

function formatAction(rules: FormatRules, action: AlterTableAction): string {
  switch (action.kind) {
    case 'add-column': {
      const parents = action.parents.map((parent) => `${formatIdentifier(parent)}.`).join('');
      const column = `${action.ifNotExists ? 'IF NOT EXISTS ' : ''}${parents}${formatColumnDefinition(rules, action.column)}`;
      return `ADD COLUMN ${column}${formatPosition(action.position)}`;
    }
    case 'drop-column':
      return `DROP COLUMN ${action.ifExists ? 'IF EXISTS ' : ''}${formatQualifiedName(action.column)}`;
    case 'rename-column':
      return `RENAME COLUMN ${formatQualifiedName(action.column)} TO ${formatIdentifier(action.newName)}`;
    case 'rename-table':
      return `RENAME TO ${formatQualifiedName(action.newName)}`;
    case 'set-properties':
      return `SET PROPERTIES ${formatProperties(rules, action.properties)}`;
    case 'unset-properties':
      return `UNSET PROPERTIES ${action.ifExists ? 'IF EXISTS ' : ''}(${action.keys.map(formatString).join(', ')})`;
    case 'add-partition-field':
      return `ADD PARTITION FIELD ${formatPartitionField(action.field)}`;
    case 'drop-partition-field':
      return `DROP PARTITION FIELD ${formatPartitionField(action.field)}`;
    case 'replace-partition-field':
      return `REPLACE PARTITION FIELD ${formatPartitionField(action.field)} WITH ${formatPartitionField(action.replacement)}`;
    case 'set-write-order':
      return action.keys.length === 0
        ? 'WRITE UNORDERED'
        : `WRITE ORDERED BY ${action.keys.map((key) => formatSortItem(rules, key)).join(', ')}`;
    case 'change-reference':
      return formatChangeReference(rules, action);
    case 'drop-reference':
      return `DROP ${action.type.toUpperCase()} ${action.ifExists ? 'IF EXISTS ' : ''}${formatIdentifier(action.name)}`;
    case 'fast-forward':
      return `FAST FORWARD TO BRANCH ${formatIdentifier(action.branch)}`;
    default:
      return formatColumnAction(rules, action);
  }
}

/** Prints an ALTER TABLE statement. */
export function formatAlterTable(rules: FormatRules, { ifExists, table, action }: AlterTable): string {
  return `ALTER TABLE ${ifExists ? 'IF EXISTS ' : ''}${formatQualifiedName(table)} ${formatAction(rules, action)}`;
}

/** Prints ALTER VIEW and ALTER SCHEMA. */
export function formatRenameObject({ objectType, name, newName }: RenameObject): string {
  return `ALTER ${objectType.toUpperCase()} ${formatQualifiedName(name)} RENAME TO ${formatQualifiedName(newName)}`;
}
