import {
  type GroupBy,
  type GroupingElement,
  type Hint,
  type OrderBy,
  type Query,
  type QueryBody,
  type Select,
  type SelectItem,
  type Star,
  type WithClause,
} from '../ast/index.ts';
import { formatSortItem, formatWindowSpecification } from './format-function-call.ts';
import { formatColumnNames, formatIdentifier, formatQualifiedName, formatString } from './format-name.ts';
import type { FormatRules } from './format-rules.ts';

/** Prints a WITH clause, followed by a space. */
export function formatWith(rules: FormatRules, clause: WithClause | null): string {
  if (clause === null) return '';
  const tables = clause.tables.map(({ name, columns, materialized, query }) => {
    const keyword = materialized === null ? '' : materialized ? 'MATERIALIZED ' : 'NOT MATERIALIZED ';
    return `${formatIdentifier(name)}${formatColumnNames(columns)} AS ${keyword}(${rules.query(query)})`;
  });
  return `WITH ${clause.recursive ? 'RECURSIVE ' : ''}${tables.join(', ')} `;
}

/** Prints hints as a comment, with the space before what follows. */
export function formatHints(hints: readonly Hint[]): string {
  const texts = hints.map(({ name, arguments: list }) => {
    const values = list.map((value) => (/^[A-Za-z_][A-Za-z0-9_]*$/.test(value) ? value : formatString(value)));
    return `${formatIdentifier(name)}${values.length === 0 ? '' : `(${values.join(', ')})`}`;
  });
  return texts.length === 0 ? '' : `/*+ ${texts.join(', ')} */ `;
}

function formatStar(rules: FormatRules, { qualifier, exclude, replace, rename }: Star): string {
  const star = qualifier === null ? '*' : `${formatQualifiedName(qualifier)}.*`;
  const excluded = exclude.length === 0 ? '' : ` EXCLUDE${formatColumnNames(exclude)}`;
  const replaced = replace.map(({ expression, column }) => `${rules.expression(expression)} AS ${formatIdentifier(column)}`);
  const renamed = rename.map(({ column, name }) => `${formatIdentifier(column)} AS ${formatIdentifier(name)}`);
  const changes = [
    replaced.length === 0 ? '' : ` REPLACE (${replaced.join(', ')})`,
    renamed.length === 0 ? '' : ` RENAME (${renamed.join(', ')})`,
  ];
  return `${star}${excluded}${changes.join('')}`;
}

function formatSelectItem(rules: FormatRules, item: SelectItem): string {
  if (item.kind === 'star') return formatStar(rules, item);
  return `${rules.expression(item.expression)}${item.alias === null ? '' : ` AS ${formatIdentifier(item.alias)}`}`;
}

function formatGroupingElement(rules: FormatRules, element: GroupingElement): string {
  const list = (elements: readonly GroupingElement[]): string => elements.map((inner) => formatGroupingElement(rules, inner)).join(', ');
  switch (element.kind) {
    case 'grouping-set': {
      const keys = element.expressions.map(rules.expression).join(', ');
      // A function of that name stands in parentheses, or it would be taken for the grouping element.
      return element.expressions.length === 1 && !/^(?:rollup|cube)\(/i.test(keys) ? keys : `(${keys})`;
    }
    case 'rollup':
      return `ROLLUP (${list(element.sets)})`;
    case 'cube':
      return `CUBE (${list(element.sets)})`;
    case 'grouping-sets':
      return `GROUPING SETS (${list(element.elements)})`;
  }
}

function formatGroupBy(rules: FormatRules, groupBy: GroupBy): string {
  return groupBy.kind === 'group-by-all' ? 'ALL' : groupBy.elements.map((element) => formatGroupingElement(rules, element)).join(', ');
}

function formatDistinct(rules: FormatRules, { distinct }: Select): string {
  if (distinct === null) return '';
  return distinct.on.length === 0 ? 'DISTINCT ' : `DISTINCT ON (${distinct.on.map(rules.expression).join(', ')}) `;
}

function formatSelect(rules: FormatRules, select: Select): string {
  const items = select.items.map((item) => formatSelectItem(rules, item)).join(', ');
  const parts = [`SELECT ${formatHints(select.hints)}${formatDistinct(rules, select)}${items}`];
  if (select.from.length > 0) parts.push(`FROM ${select.from.map(rules.tableReference).join(', ')}`);
  if (select.where !== null) parts.push(`WHERE ${rules.expression(select.where)}`);
  if (select.groupBy !== null) parts.push(`GROUP BY ${formatGroupBy(rules, select.groupBy)}`);
  if (select.having !== null) parts.push(`HAVING ${rules.expression(select.having)}`);
  if (select.windows.length > 0) {
    const windows = select.windows.map(({ name, window }) => `${formatIdentifier(name)} AS ${formatWindowSpecification(rules, window)}`);
    parts.push(`WINDOW ${windows.join(', ')}`);
  }
  if (select.qualify !== null) parts.push(`QUALIFY ${rules.expression(select.qualify)}`);
  return parts.join(' ');
}

function formatBody(rules: FormatRules, body: QueryBody): string {
  switch (body.kind) {
    case 'select':
      return formatSelect(rules, body);
    case 'values':
      return `VALUES ${body.rows.map((row) => `(${row.map(rules.expression).join(', ')})`).join(', ')}`;
    case 'table-query':
      return `TABLE ${formatQualifiedName(body.table)}`;
    case 'query':
      return `(${rules.query(body)})`;
    case 'set-operation': {
      const operator = `${body.operator.toUpperCase()}${body.all ? ' ALL' : ''}${body.byName ? ' BY NAME' : ''}`;
      const operands = body.operands.map((operand) => {
        const text = formatBody(rules, operand);
        return operand.kind === 'set-operation' ? `(${text})` : text;
      });
      return operands.join(` ${operator} `);
    }
  }
}

function formatOrderBy(rules: FormatRules, orderBy: OrderBy): string {
  if (orderBy.kind === 'order-by-items') return `ORDER BY ${orderBy.items.map((item) => formatSortItem(rules, item)).join(', ')}`;
  const nulls = orderBy.nulls === null ? '' : ` NULLS ${orderBy.nulls.toUpperCase()}`;
  return `ORDER BY ALL${orderBy.direction === 'descending' ? ' DESC' : ''}${nulls}`;
}

/** Prints a query without parentheses around it. */
export function formatQuery(rules: FormatRules, query: Query): string {
  const parts = [`${formatWith(rules, query.with)}${formatBody(rules, query.body)}`];
  if (query.orderBy !== null) parts.push(formatOrderBy(rules, query.orderBy));
  if (query.limit !== null && !query.withTies)
    parts.push(`LIMIT ${rules.expression(query.limit)}${query.limitUnit === 'percent' ? ' PERCENT' : ''}`);
  if (query.offset !== null) parts.push(`OFFSET ${rules.expression(query.offset)}`);
  if (query.limit !== null && query.withTies) parts.push(`FETCH FIRST (${rules.expression(query.limit)}) ROWS WITH TIES`);
  return parts.join(' ');
}
