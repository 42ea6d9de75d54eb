import { formatQuoted, formatString } from '../../sql/format/index.ts';

/** A value that a column may have. */
export type AcceptedValue = string | number | boolean;

/** What the rows of a table, or the answer of a query, are to be like. */
export type Expectation =
  | { readonly kind: 'not-null' | 'unique'; readonly table: string; readonly columns: readonly string[] }
  | { readonly kind: 'values'; readonly table: string; readonly column: string; readonly accepted: readonly AcceptedValue[] }
  /** Bounds that are left out hold for any number. */
  | { readonly kind: 'rows'; readonly table: string; readonly min?: number; readonly max?: number }
  /** The newest value is no older. */
  | { readonly kind: 'fresh'; readonly table: string; readonly column: string; readonly count: number; readonly unit: TimeUnit }
  | {
      readonly kind: 'references';
      readonly table: string;
      readonly column: string;
      readonly otherTable: string;
      readonly otherColumn: string;
    }
  | { readonly kind: 'query'; readonly sql: string };

/** Spans in which the age of rows is told. */
export type TimeUnit = 'minute' | 'hour' | 'day';

/** A query whose rows tell what is not as expected: none when all is well. */
export interface Check {
  readonly sql: string;
  /** What is expected, for people. */
  readonly expects: string;
}

/** Returns the query that looks for what is not as expected. NULL is a matter of `not-null` alone: no other expectation minds it. */
export function checkOf(expectation: Expectation): Check {
  switch (expectation.kind) {
    case 'not-null': {
      const { table, columns } = expectation;
      const names = columns.map(formatQuoted);
      const sql = `SELECT ${names.join(', ')} FROM ${table} WHERE ${names.map((name) => `${name} IS NULL`).join(' OR ')}`;
      return { sql, expects: `${table}: no NULL in ${columns.join(', ')}` };
    }
    case 'unique': {
      const { table, columns } = expectation;
      const names = columns.map(formatQuoted);
      const known = names.map((name) => `${name} IS NOT NULL`).join(' AND ');
      const sql = `SELECT ${names.join(', ')} FROM ${table} WHERE ${known} GROUP BY ${names.join(', ')} HAVING count(*) > 1`;
      return { sql, expects: `${table}: each (${columns.join(', ')}) once` };
    }
    case 'values': {
      const { table, column, accepted } = expectation;
      const sql = `SELECT ${formatQuoted(column)} FROM ${table} WHERE ${formatQuoted(column)} NOT IN (${accepted.map(literalOf).join(', ')})`;
      return { sql, expects: `${table}: ${column} is one of ${accepted.join(', ')}` };
    }
    case 'rows': {
      const { table, min = 0, max } = expectation;
      const tooMany = max === undefined ? '' : ` OR count(*) > ${String(max)}`;
      const sql = `SELECT count(*) FROM ${table} HAVING count(*) < ${String(min)}${tooMany}`;
      return { sql, expects: `${table}: ${boundsOf(min, max)} rows` };
    }
    case 'fresh': {
      const { table, column, count, unit } = expectation;
      const newest = `CAST(max(${formatQuoted(column)}) AS TIMESTAMP WITH TIME ZONE)`;
      const oldest = `now() - INTERVAL '${String(count)}' ${unit.toUpperCase()}`;
      const sql = `SELECT max(${formatQuoted(column)}) FROM ${table} HAVING count(${formatQuoted(column)}) = 0 OR ${newest} < ${oldest}`;
      return { sql, expects: `${table}: the newest ${column} is at most ${String(count)} ${unit}${count === 1 ? '' : 's'} old` };
    }
    case 'references': {
      const { table, column, otherTable, otherColumn } = expectation;
      const [own, other] = [`one.${formatQuoted(column)}`, `other.${formatQuoted(otherColumn)}`];
      const found = `EXISTS (SELECT 1 FROM ${otherTable} AS other WHERE ${other} = ${own})`;
      const sql = `SELECT ${own} FROM ${table} AS one WHERE ${own} IS NOT NULL AND NOT ${found}`;
      return { sql, expects: `${table}: ${column} is in ${otherTable}.${otherColumn}` };
    }
    case 'query':
      return { sql: expectation.sql, expects: 'the query has no rows' };
  }
}

function boundsOf(min: number, max: number | undefined): string {
  return max === undefined ? `at least ${String(min)}` : `${String(min)} to ${String(max)}`;
}

const literalOf = (value: AcceptedValue): string => (typeof value === 'string' ? formatString(value) : String(value));
