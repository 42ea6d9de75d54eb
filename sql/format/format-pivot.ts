import { type Identifier, type Pivot, PRECEDENCE, type Unpivot } from '../ast/index.ts';
import { formatColumnNames, formatIdentifier, formatString } from './format-name.ts';
import type { FormatRules } from './format-rules.ts';

const as = (alias: Identifier | null): string => (alias === null ? '' : ` AS ${formatIdentifier(alias)}`);

/** Prints a PIVOT without the table in front of it. */
export function formatPivot(rules: FormatRules, { aggregates, columns, groupBy }: Pivot): string {
  const computed = aggregates.map(({ expression, alias }) => `${rules.expression(expression)}${as(alias)}`);
  const turned = columns.map(({ expression, values }) => {
    const list = values?.map(({ value, alias }) => `${rules.expression(value)}${as(alias)}`);
    return `${rules.operand(expression, PRECEDENCE.predicate + 1)}${list === undefined ? '' : ` IN (${list.join(', ')})`}`;
  });
  const groups = groupBy === null ? '' : ` GROUP BY ${groupBy.map(rules.expression).join(', ')}`;
  return `PIVOT (${computed.join(', ')} FOR ${turned.join(' ')}${groups})`;
}

/** Prints an UNPIVOT without the table in front of it. */
export function formatUnpivot({ includeNulls, values, name, groups }: Unpivot): string {
  const names = (list: readonly Identifier[]): string =>
    list.length === 1 && list[0] !== undefined ? formatIdentifier(list[0]) : formatColumnNames(list).trimStart();
  const taken = groups.map(({ columns, label }) => `${names(columns)}${label === null ? '' : ` AS ${formatString(label)}`}`);
  return `UNPIVOT ${includeNulls ? 'INCLUDE NULLS ' : ''}(${names(values)} FOR ${formatIdentifier(name)} IN (${taken.join(', ')}))`;
}
