import { createRequire } from 'node:module';
import { describe, expect, it } from 'vitest';
import type { Parser } from 'node-sql-parser';
import { parseStatement } from '../../sql/parse/index.ts';

// The package is CommonJS without named exports for ESM.
const { Parser: MySqlParser } = createRequire(import.meta.url)('node-sql-parser') as { Parser: new () => Parser };

/** Statements whose meaning MySQL and we agree on. */
const STATEMENTS: readonly string[] = [
  'SELECT a FROM t',
  'SELECT a, b AS c FROM t WHERE a > 1 AND b IN (1, 2, 3) ORDER BY c DESC LIMIT 10',
  'SELECT * FROM s.t AS x JOIN u ON x.id = u.id',
  'SELECT * FROM a LEFT JOIN b ON a.id = b.id INNER JOIN c ON c.id = b.id',
  'SELECT * FROM a, b, c WHERE a.x = b.x AND b.y = c.y',
  'SELECT * FROM a CROSS JOIN b',
  'SELECT count(*), max(x) FROM t GROUP BY y HAVING count(*) > 2',
  'SELECT * FROM (SELECT a FROM inner_table WHERE b = 1) AS d JOIN outer_table ON d.a = outer_table.a',
  'SELECT * FROM t WHERE a IN (SELECT b FROM u WHERE c = 1)',
  'SELECT * FROM t WHERE EXISTS (SELECT 1 FROM u WHERE u.x = t.x)',
  'SELECT (SELECT max(a) FROM u) AS m FROM t',
  'SELECT a FROM t UNION ALL SELECT b FROM u UNION ALL SELECT c FROM v',
  'SELECT CASE WHEN a = 1 THEN 2 ELSE 3 END FROM t',
  "SELECT DISTINCT a FROM t WHERE b LIKE 'x%' AND c BETWEEN 1 AND 2 AND d IS NOT NULL",
  'SELECT `quoted column` FROM `quoted table`',
  'INSERT INTO t (a, b) VALUES (1, 2)',
  'INSERT INTO t (a) SELECT b FROM u',
  'DELETE FROM t WHERE a = 1',
  "UPDATE t SET a = 1, b = 'x' WHERE c = 2",
];

/** Collects the names of all tables that a tree reads or writes. */
function collectTables(node: unknown, names: Set<string>): Set<string> {
  if (typeof node !== 'object' || node === null) return names;
  const { kind, name, table } = node as { kind?: string; name?: unknown; table?: unknown };
  const target = kind === 'named-table' ? name : ['insert', 'delete', 'update'].includes(kind ?? '') ? table : null;
  if (target !== null) names.add((target as { parts: { name: string }[] }).parts.at(-1)?.name ?? '');
  for (const child of Object.values(node)) collectTables(child, names);
  return names;
}

/** The other parser writes `{type}::{schema}::{table}`. */
function theirTables(sql: string): string[] {
  return [...new Set(new MySqlParser().tableList(sql, { database: 'MySQL' }).map((entry) => entry.split('::').at(-1) ?? ''))].sort();
}

describe('the tables that we find are those that node-sql-parser finds in plain statements', () => {
  it.each(STATEMENTS)('%s', (sql) => {
    expect([...collectTables(parseStatement(sql), new Set())].sort()).toEqual(theirTables(sql));
  });
});
