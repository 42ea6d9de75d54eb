import type {
  ColumnDefinition,
  CommentOn,
  CreateMaterializedView,
  CreateSchema,
  CreateTable,
  CreateView,
  Drop,
  Expression,
  PartitionField,
  Property,
  TableElement,
} from '../ast/index.ts';
import { formatColumnNames, formatIdentifier, formatQualifiedName, formatQuoted, formatString, formatTypeName } from './format-name.ts';
import type { FormatRules } from './format-rules.ts';

const BARE_VALUES: ReadonlySet<Expression['kind']> = new Set([
  'number-literal',
  'string-literal',
  'boolean-literal',
  'null-literal',
  'default-value',
]);

/** Prints the value of a setting, property or option; all but literals in parentheses, for a bare word would be a string. */
export function formatPropertyValue(rules: FormatRules, value: Expression): string {
  const text = rules.expression(value);
  return BARE_VALUES.has(value.kind) ? text : `(${text})`;
}

/** Prints `(key = value, ...)`. */
export function formatProperties(rules: FormatRules, properties: readonly Property[]): string {
  return `(${properties.map(({ key, value }) => `${formatString(key)} = ${formatPropertyValue(rules, value)}`).join(', ')})`;
}

/** Prints one field of PARTITIONED BY. */
export function formatPartitionField({ transform, parameter, column }: PartitionField): string {
  const name = formatIdentifier(column);
  if (transform === 'identity' && parameter === null) return name;
  const word = /^[a-z_][a-z0-9_]*$/.test(transform) ? transform : formatQuoted(transform);
  return `${word}(${parameter === null ? '' : `${parameter}, `}${name})`;
}

/** Prints the definition of a column. */
export function formatColumnDefinition(rules: FormatRules, column: ColumnDefinition): string {
  const notNull = column.notNull ? ' NOT NULL' : '';
  const defaultValue = column.defaultValue === null ? '' : ` DEFAULT ${rules.expression(column.defaultValue)}`;
  return `${formatIdentifier(column.name)} ${formatTypeName(column.dataType)}${notNull}${defaultValue}${formatComment(column.comment)}`;
}

function formatElement(rules: FormatRules, element: TableElement): string {
  switch (element.kind) {
    case 'column-definition':
      return formatColumnDefinition(rules, element);
    case 'computed-column':
      return `${formatIdentifier(element.name)} AS ${rules.expression(element.expression)}`;
    case 'watermark-definition':
      return `WATERMARK FOR ${formatIdentifier(element.column)} AS ${rules.expression(element.expression)}`;
    case 'key-constraint': {
      const word = element.type === 'primary-key' ? 'PRIMARY KEY' : 'UNIQUE';
      return `${word}${formatColumnNames(element.columns)}${element.enforced ? '' : ' NOT ENFORCED'}`;
    }
  }
}

function formatComment(comment: string | null): string {
  return comment === null ? '' : ` COMMENT ${formatString(comment)}`;
}

function formatTableOptions(rules: FormatRules, table: CreateTable | CreateMaterializedView): string {
  const partitions =
    table.partitionedBy.length === 0 ? '' : ` PARTITIONED BY (${table.partitionedBy.map(formatPartitionField).join(', ')})`;
  const properties = table.properties.length === 0 ? '' : ` WITH ${formatProperties(rules, table.properties)}`;
  return `${formatComment(table.comment)}${partitions}${properties}`;
}

function formatCreateTable(rules: FormatRules, table: CreateTable, name: string): string {
  const elements = table.elements.length === 0 ? '' : ` (${table.elements.map((element) => formatElement(rules, element)).join(', ')})`;
  const query = table.query === null ? '' : ` AS ${rules.query(table.query)}${table.withData ? '' : ' WITH NO DATA'}`;
  return `${name}${formatColumnNames(table.columnNames)}${elements}${formatTableOptions(rules, table)}${query}`;
}

const CREATE_WORDS = {
  'create-schema': 'SCHEMA',
  'create-table': 'TABLE',
  'create-view': 'VIEW',
  'create-materialized-view': 'MATERIALIZED VIEW',
} as const;

/** Prints a CREATE statement. */
export function formatCreate(rules: FormatRules, create: CreateSchema | CreateTable | CreateView | CreateMaterializedView): string {
  const replace = create.orReplace ? 'OR REPLACE ' : '';
  const ifNotExists = create.ifNotExists ? 'IF NOT EXISTS ' : '';
  const name = `CREATE ${replace}${CREATE_WORDS[create.kind]} ${ifNotExists}${formatQualifiedName(create.name)}`;
  switch (create.kind) {
    case 'create-schema':
      return create.properties.length === 0 ? name : `${name} WITH ${formatProperties(rules, create.properties)}`;
    case 'create-table':
      return formatCreateTable(rules, create, name);
    case 'create-view':
      return `${name}${formatColumnNames(create.columns)}${formatComment(create.comment)} AS ${rules.query(create.query)}`;
    case 'create-materialized-view':
      return `${name}${formatColumnNames(create.columns)}${formatTableOptions(rules, create)} AS ${rules.query(create.query)}`;
  }
}

/** Prints a DROP statement. */
export function formatDrop({ objectType, ifExists, name, cascade }: Drop): string {
  const words = objectType.replace('-', ' ').toUpperCase();
  return `DROP ${words} ${ifExists ? 'IF EXISTS ' : ''}${formatQualifiedName(name)}${cascade ? ' CASCADE' : ''}`;
}

/** Prints a COMMENT ON statement. */
export function formatCommentOn({ objectType, name, comment }: CommentOn): string {
  return `COMMENT ON ${objectType.toUpperCase()} ${formatQualifiedName(name)} IS ${comment === null ? 'NULL' : formatString(comment)}`;
}
