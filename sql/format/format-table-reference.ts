import {
  type Identifier,
  type Join,
  type Pivot,
  PRECEDENCE,
  type TableAlias,
  type TableFunctionArgument,
  type TableReference,
  type TableSample,
  type TableVersion,
  type Unpivot,
} from '../ast/index.ts';
import { formatLambdaOrExpression } from './format-function-call.ts';
import { formatColumnNames, formatIdentifier, formatQualifiedName } from './format-name.ts';
import { formatPivot, formatUnpivot } from './format-pivot.ts';
import type { FormatRules } from './format-rules.ts';

const VERSION_WORDS: Readonly<Record<TableVersion['by'], string>> = {
  version: 'VERSION',
  timestamp: 'TIMESTAMP',
  'system-time': 'SYSTEM_TIME',
};

function formatAlias(alias: TableAlias | null): string {
  return alias === null ? '' : ` AS ${formatIdentifier(alias.name)}${formatColumnNames(alias.columns)}`;
}

function formatSample(rules: FormatRules, sample: TableSample | null): string {
  if (sample === null) return '';
  const method = sample.method === null ? '' : `${sample.method.toUpperCase()} `;
  const seed = sample.seed === null ? '' : ` REPEATABLE (${rules.expression(sample.seed)})`;
  return ` TABLESAMPLE ${method}(${rules.operand(sample.size, PRECEDENCE.sign)} ${sample.unit.toUpperCase()})${seed}`;
}

function formatVersion(rules: FormatRules, version: TableVersion | null): string {
  return version === null ? '' : ` FOR ${VERSION_WORDS[version.by]} AS OF ${rules.operand(version.value, PRECEDENCE.additive)}`;
}

function formatPartitionBy(columns: readonly Identifier[]): string {
  return columns.length === 0 ? '' : ` PARTITION BY${formatColumnNames(columns)}`;
}

function formatArgument(rules: FormatRules, { name, value }: TableFunctionArgument): string {
  const prefix = name === null ? '' : `${formatIdentifier(name)} => `;
  switch (value.kind) {
    case 'table-argument':
      return `${prefix}TABLE ${formatQualifiedName(value.table)}${formatPartitionBy(value.partitionBy)}`;
    case 'query-argument':
      return `${prefix}TABLE (${rules.query(value.query)})${formatPartitionBy(value.partitionBy)}`;
    case 'descriptor':
      return `${prefix}DESCRIPTOR${formatColumnNames(value.columns)}`;
    default: {
      const text = formatLambdaOrExpression(rules, value);
      // A function of that name would be taken for the list of columns.
      return `${prefix}${/^descriptor\(/i.test(text) ? `(${text})` : text}`;
    }
  }
}

function formatJoin(rules: FormatRules, join: Join): string {
  const { condition } = join;
  const head = [
    join.asof ? 'ASOF' : '',
    condition?.kind === 'join-natural' ? 'NATURAL' : '',
    join.type === 'inner' ? '' : join.type.toUpperCase(),
    'JOIN',
  ].filter((word) => word !== '');
  const right = rules.tableReference(join.right);
  const text = `${rules.tableReference(join.left)} ${head.join(' ')} ${join.right.kind === 'join' ? `(${right})` : right}`;
  if (condition?.kind === 'join-on') return `${text} ON ${rules.expression(condition.expression)}`;
  return condition?.kind === 'join-using' ? `${text} USING${formatColumnNames(condition.columns)}` : text;
}

function formatPivoted(rules: FormatRules, table: Pivot | Unpivot): string {
  const text = rules.tableReference(table.input);
  const input = table.input.kind === 'join' ? `(${text})` : text;
  return `${input} ${table.kind === 'pivot' ? formatPivot(rules, table) : formatUnpivot(table)}`;
}

/** Prints a table with its joins. */
export function formatTableReference(rules: FormatRules, table: TableReference): string {
  if (table.kind === 'join') return formatJoin(rules, table);
  if (table.kind === 'pivot' || table.kind === 'unpivot') {
    return `${formatPivoted(rules, table)}${formatAlias(table.alias)}`;
  }
  const tail = `${formatAlias(table.alias)}${formatSample(rules, table.sample)}`;
  if (table.kind === 'named-table') return `${formatQualifiedName(table.name)}${formatVersion(rules, table.version)}${tail}`;
  const lateral = table.lateral ? 'LATERAL ' : '';
  if (table.kind === 'derived-table') return `${lateral}(${rules.query(table.query)})${tail}`;
  const list = table.arguments.map((argument) => formatArgument(rules, argument)).join(', ');
  return `${lateral}${formatQualifiedName(table.name)}(${list})${table.withOrdinality ? ' WITH ORDINALITY' : ''}${tail}`;
}
