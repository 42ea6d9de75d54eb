/** Rows that jobs read; nothing changes them. */
export const BASE_TABLE: readonly string[] = [
  `CREATE TABLE base AS SELECT n AS id, CAST(n % 97 AS integer) AS k, CASE WHEN n % 11 = 0 THEN NULL ELSE concat('c', n % 13) END AS c,
   CAST(n % 1000 AS decimal(12,2)) / 4 AS amount FROM generate_series(1, 20000) AS s(n)`,
  `INSERT INTO base SELECT id + 20000, k, upper(c), amount FROM base`,
];

/** Returns the statements of a job that fills and changes a table of its own: the same rows for every name. */
export function jobStatements(table: string): readonly string[] {
  return [
    `CREATE TABLE ${table} (k integer, c varchar, n bigint, s double)`,
    `INSERT INTO ${table} SELECT /*+ ENGINE(batch) */ b.k, b.c, count(*), CAST(sum(b.amount) AS double) FROM base AS b GROUP BY b.k, b.c`,
    `UPDATE ${table} SET n = n + 1, c = concat(c, '+') WHERE k % 5 = 2`,
    `INSERT INTO ${table} SELECT /*+ ENGINE(batch) */ l.k, max(r.c), count(*), NULL FROM base AS l JOIN base AS r ON l.id = r.id + 20000 GROUP BY l.k`,
    `DELETE FROM ${table} WHERE c IS NULL OR n < 5`,
  ];
}
