import { createRequire } from 'node:module';
import { describe, expect, it } from 'vitest';
import type { Parser } from 'node-sql-parser';
import type { KnownTables } from '../../../../sql-gateway/translate/translate-statement.ts';
import { bindQueryText, catalogOf } from '../../../support/bind-text.ts';
import { runPlan, runSql } from '../../../support/print-and-run.ts';
import { translateStatement } from '../../../../sql-gateway/translate/translate-statement.ts';

const require = createRequire(import.meta.url);
const { Parser: MysqlParser } = require('node-sql-parser/build/mysql') as { Parser: new () => Parser };
const parser = new MysqlParser();
const translate = (text: string, known: KnownTables = {}) =>
  translateStatement(text, (sql) => parser.astify(sql, { database: 'mysql' }), known);
const sqlOf = (text: string): string => translate(text).sql.replaceAll(/\s+/g, ' ');

const catalog = await catalogOf([
  'CREATE TABLE t (a integer, b varchar, c decimal(3, 1), d integer)',
  'CREATE TABLE u (a integer, e integer)',
]);
await runSql(
  `CREATE TABLE t AS SELECT * FROM (VALUES (1, 'one', 2.5, NULL), (2, 'two', NULL, 7), (NULL, 'it''s', -1.5, 9)) AS v(a, b, c, d)`,
);
await runSql('CREATE TABLE u AS SELECT * FROM (VALUES (1, 10), (2, 20), (2, 21)) AS v(a, e)');

/** The answer of the translation as text: bound, printed for DuckDB and run there. */
async function answer(text: string): Promise<string> {
  const { plan } = await bindQueryText(translate(text).sql, catalog);
  const rows = await runPlan(plan);
  return rows.map((row) => row.map((value) => (value === null ? 'NULL' : (value as string | number))).join(',')).join(' | ');
}

describe('a query of MySQL has the answer that MySQL gives', () => {
  it.each([
    // NULL is below everything, so it comes first in ascending and last in descending order.
    ['SELECT a FROM t ORDER BY a', 'NULL | 1 | 2'],
    ['SELECT a FROM t ORDER BY a DESC', '2 | 1 | NULL'],
    ['SELECT a FROM t ORDER BY a ASC LIMIT 1, 2', '1 | 2'],
    ['SELECT a FROM t ORDER BY a LIMIT 2 OFFSET 1', '1 | 2'],
    ['SELECT 7 DIV 2, -7 DIV 2, -7 % 3, -7 MOD 3, 7 DIV 0', '3,-3,-1,-1,NULL'],
    ['SELECT 1 / 0, 3 / 2', 'NULL,1.5'],
    ['SELECT 8 / 2 / 2, 8 - 2 - 1, 2 + 3 * 4, (2 + 3) * 4', '2,5,14,20'],
    ["SELECT 'it''s', \"a\"\"b\", 'a\\'b', 'back\\\\slash', 'a\\qb'", `it's,a"b,a'b,back\\slash,aqb`],
    [`SELECT 'a\\tb' = 'a\tb', 'a\\%'`, String.raw`1,a\%`],
    ['SELECT TRUE, FALSE, a = 1, NOT a = 1, a IS NULL FROM t ORDER BY a', '1,0,NULL,NULL,1 | 1,0,1,0,0 | 1,0,0,1,0'],
    ['SELECT sum(a = 1), count(*), count(a), count(DISTINCT b) FROM t', '1,3,2,3'],
    ["SELECT concat(a, '-', b) FROM t ORDER BY b", 'NULL | 1-one | 2-two'],
    ['SELECT ifnull(a, -1), if(a > 1, 10, 20), coalesce(d, 0) FROM t ORDER BY a', '-1,20,9 | 1,20,0 | 2,10,7'],
    ["SELECT CASE a WHEN 1 THEN 'x' ELSE 'y' END, CASE WHEN a = 2 THEN 1 END FROM t ORDER BY a", 'y,NULL | x,NULL | y,1'],
    ['SELECT t.a, e FROM t JOIN u ON t.a = u.a ORDER BY e', '1,10 | 2,20 | 2,21'],
    ['SELECT t.a, e FROM t LEFT OUTER JOIN u USING (a) ORDER BY e', 'NULL,NULL | 1,10 | 2,20 | 2,21'],
    ['SELECT count(*) FROM t JOIN u', '9'],
    ['SELECT count(*) FROM t INNER JOIN u ON t.a = u.a, u w', '9'],
    ['SELECT count(*) FROM t CROSS JOIN u', '9'],
    ['SELECT a, count(*) c FROM u GROUP BY a HAVING c > 1', '2,2'],
    ['SELECT a FROM u GROUP BY 1 HAVING count(*) > 1 OR a = 1 ORDER BY 1', '1 | 2'],
    ['SELECT 1 UNION SELECT 1 UNION ALL SELECT 2 ORDER BY 1', '1 | 2'],
    ['WITH c AS (SELECT a FROM u) SELECT DISTINCT a FROM c ORDER BY a', '1 | 2'],
    ['SELECT b FROM t WHERE EXISTS (SELECT 1 FROM u WHERE u.a = t.a) AND a NOT IN (1, 5)', 'two'],
    ["SELECT b FROM t WHERE b LIKE 'it\\_s' OR b LIKE 't\\%' OR b LIKE 't%'", 'two'],
    ["SELECT b FROM t WHERE b LIKE 'o!_e' ESCAPE '!' OR a BETWEEN 2 AND 3", 'two'],
    ['SELECT a != 1, a <> 1 FROM t ORDER BY a', 'NULL,NULL | 0,0 | 1,1'],
    ['SELECT `t`.`a` AS `x y` FROM `t` WHERE `t`.`a` = 1', '1'],
    ['SELECT substring(b, 2, 2), upper(b), char_length(b) FROM t WHERE a = 1', 'ne,ONE,3'],
    ["SELECT year(cast('2024-02-29' AS date)), extract(month FROM cast('2024-02-29' AS date))", '2024,2'],
    ['SELECT 9223372036854775807, 1.50, -1.5', '9223372036854775807,1.50,-1.5'],
    ['SELECT a - 1, a -1, - a, a - -1 FROM t WHERE a = 1 # a comment', '0,0,-1,2'],
    ['SELECT a.x-b.y FROM (SELECT 5 AS x) a, (SELECT 3 AS y) b', '2'],
    ["SELECT x'41', 0x42", 'A,B'],
  ])('%s', async (text, expected) => {
    expect(await answer(text)).toBe(expected);
  });
});

describe('what is not known to mean the same is refused', () => {
  it.each([
    ['SELECT -9223372036854775808', 'the tree has the number'],
    ['SELECT 1e3', 'the tree has the name 1e3'],
    ['SELECT /*+ NO_INDEX_MERGE(t) */ a FROM t', 'hint'],
    ['SELECT a FROM t anti JOIN u ON t.a = u.a', 'anti JOIN'],
    ['SELECT a FROM t semi JOIN u ON t.a = u.a', 'semi JOIN'],
    ['SELECT a FROM t asof JOIN u ON t.a = u.a', 'asof JOIN'],
    ['SELECT a || b FROM t', 'operator ||'],
    ['SELECT a ^ 1 FROM t', ''],
    ['SELECT a <=> NULL FROM t', ''],
    ["SELECT 'a\\0b'", 'no like'],
    ['SELECT a XOR b FROM t', ''],
    ['SELECT a REGEXP b FROM t', 'REGEXP'],
    ['SELECT a = 1 = 1 FROM t', 'comparisons in a row'],
    ['SELECT a = 1 IS NULL FROM t', ''],
    ["SELECT 'a' 'b'", 'side by side'],
    ["SELECT _utf8'a'", 'character set'],
    ["SELECT b'01'", 'bit literals'],
    ['SELECT @x', 'variables'],
    ["SELECT b FROM t WHERE b = 'x' COLLATE utf8_bin", 'COLLATE'],
    ['SELECT a FROM t FOR UPDATE', 'nothing for'],
    ['SELECT ((a)) FROM t', 'the tree has'],
    ['SELECT greatest(a, 1) FROM t', 'function GREATEST'],
    ['SELECT group_concat(b) FROM t', ''],
    ['SELECT substring(b, -1) FROM t', 'SUBSTRING'],
    ['SELECT row_number() OVER (ORDER BY a) FROM t', ''],
    ['SELECT count(*) OVER () FROM t', 'COUNT'],
    ['SELECT count(DISTINCT a, b) FROM t', 'COUNT'],
    ['SELECT a FROM t NATURAL JOIN u', ''],
    ["SELECT a FROM t WHERE a > interval 1 day + '2020-01-01'", ''],
    ['SELECT a FROM t UNION SELECT a FROM u LIMIT 1 INTO @x', ''],
    ['UPDATE t SET a = 1', 'UPDATE has no translation'],
    ['DELETE FROM t', 'DELETE has no translation'],
    ['INSERT IGNORE INTO t VALUES (1)', 'INSERT'],
    ['REPLACE INTO t VALUES (1)', 'REPLACE'],
    ['INSERT INTO t VALUES (1) ON DUPLICATE KEY UPDATE a = 2', 'nothing for'],
    ['INSERT INTO t SET a = 1', 'INSERT'],
    ["CREATE TABLE t (a ENUM('x'))", 'ENUM'],
    ['CREATE TABLE t (a JSON)', 'JSON'],
    ['CREATE TABLE t (a DECIMAL(50, 2))', '50 digits'],
    ['CREATE TABLE t AS SELECT 1', ''],
    ['CREATE TABLE t LIKE u', ''],
    ['SELECT 1; SELECT 2', 'nothing for'],
    ['SELECT 1 /*!40101 , 2 */', ''],
    ['NONSENSE', 'does not understand'],
  ])('%s', (text, problem) => {
    expect(() => translate(text)).toThrow(
      expect.objectContaining({ code: 'SQL_TRANSLATION', message: expect.stringContaining(problem) as string }),
    );
  });

  it('tells where', () => {
    expect(() => translate('SELECT a,\n  b || c FROM t')).toThrow(
      expect.objectContaining({ location: expect.objectContaining({ line: 2 }) as object }),
    );
  });
});

describe('a tree that says something else than the text', () => {
  const change = (value: unknown): unknown =>
    typeof value === 'number' ? value + 1 : typeof value === 'boolean' ? !value : `${String(value)}_x`;

  it.each([
    'SELECT a.x-b.y, "v", 7 FROM a JOIN b ON a.k = b.k, secret WHERE a.x IN (1, 2) GROUP BY 1 ORDER BY b.y DESC LIMIT 3',
    "INSERT INTO t (a, b) VALUES (1, 'x'), (-2, NULL)",
    'CREATE TABLE t (a int NOT NULL, b decimal(10, 2))',
  ])('is refused whatever of it was changed: %s', (text) => {
    const expected = translate(text).sql;
    let refused = 0;
    for (let place = 0; ; place += 1) {
      let seen = 0;
      const lying = (sql: string): unknown =>
        JSON.parse(JSON.stringify(parser.astify(sql, { database: 'mysql' })), (_key, value: unknown) =>
          value === null || typeof value === 'object' || seen++ !== place ? value : change(value),
        );
      let found: string;
      try {
        found = translateStatement(text, lying, {}).sql;
      } catch (error) {
        expect(error).toMatchObject({ code: 'SQL_TRANSLATION' });
        refused += 1;
        continue;
      }
      expect(found).toBe(expected);
      if (seen <= place) break;
    }
    expect(refused).toBeGreaterThan(10);
  });

  it.each([
    ['a table left out', (tree: string) => tree.replace(/,\{"db":null,"table":"secret"[^}]*\}/, '')],
    ['two names for one', (tree: string) => tree.replace('"column":"x"', '"column":"x-b"')],
  ])('is refused for %s', (_what, lie) => {
    const text = 'SELECT a.x FROM a JOIN b ON a.k = b.k, secret';
    const lying = (sql: string): unknown => {
      const tree = JSON.stringify(parser.astify(sql, { database: 'mysql' }));
      const told = lie(tree);
      expect(told).not.toBe(tree);
      return JSON.parse(told);
    };
    expect(() => translateStatement(text, lying, {})).toThrow(expect.objectContaining({ code: 'SQL_TRANSLATION' }));
  });
});

describe('CREATE TABLE', () => {
  it('keeps columns and their like, and says what it drops', () => {
    const { sql, warnings, created } = translate(
      `CREATE TABLE IF NOT EXISTS \`orders\` (
        \`id\` int(11) unsigned NOT NULL AUTO_INCREMENT,
        \`big\` bigint unsigned DEFAULT NULL,
        \`Name\` varchar(255) CHARACTER SET utf8 COLLATE utf8_bin DEFAULT NULL COMMENT 'who',
        \`price\` decimal(10,2) NOT NULL DEFAULT '0.00',
        \`at\` datetime(6) NOT NULL DEFAULT CURRENT_TIMESTAMP ON UPDATE CURRENT_TIMESTAMP,
        \`ok\` tinyint(1), \`seen\` timestamp, \`txt\` longtext, \`raw\` blob, \`d\` double, \`f\` float, \`n\` decimal,
        PRIMARY KEY (\`id\`), UNIQUE KEY \`k\` (\`Name\`), KEY \`p\` (\`price\`),
        CONSTRAINT \`fk\` FOREIGN KEY (\`big\`) REFERENCES \`o\` (\`id\`)
      ) ENGINE=InnoDB AUTO_INCREMENT=5 DEFAULT CHARSET=utf8mb4`,
    );
    expect(sql.replaceAll(/\s+/g, ' ')).toBe(
      'CREATE TABLE IF NOT EXISTS "orders" ("id" BIGINT NOT NULL, "big" DECIMAL(20, 0), "Name" VARCHAR, "price" DECIMAL(10, 2) NOT NULL, ' +
        '"at" TIMESTAMP NOT NULL, "ok" INTEGER, "seen" TIMESTAMPTZ, "txt" VARCHAR, "raw" VARBINARY, "d" DOUBLE, "f" REAL, "n" DECIMAL(10, 0))',
    );
    expect(warnings).toEqual(
      expect.arrayContaining([
        'dropped: AUTO_INCREMENT of column id',
        'dropped: DEFAULT of column price',
        'dropped: primary key; keys are not enforced',
      ]),
    );
    expect(created).toMatchObject({ name: 'orders', implicit: { counted: 'id', defaulted: ['price', 'at'] } });
  });

  it('refuses an INSERT later that would have drawn a number or a default', () => {
    const { created } = translate('CREATE TABLE t (id int NOT NULL AUTO_INCREMENT, a int DEFAULT 5, b int, KEY (id))');
    const known = { t: created!.implicit };
    expect(translate('INSERT INTO t VALUES (1, 2, 3)', known).sql).toContain('VALUES (1, 2, 3)');
    expect(translate('INSERT INTO t (id, a) VALUES (1, 2)', known).sql).toContain('VALUES (1, 2)');
    for (const text of [
      'INSERT INTO t (a) VALUES (1)',
      'INSERT INTO t (id) VALUES (1)',
      'INSERT INTO t VALUES (NULL, 2, 3)',
      'INSERT INTO t VALUES (0, 2, 3)',
    ]) {
      expect(() => translate(text, known)).toThrow(expect.objectContaining({ code: 'SQL_TRANSLATION' }));
    }
  });
});

describe('INSERT and DROP', () => {
  it('keep every literal', () => {
    expect(sqlOf("INSERT INTO `db`.`t` (`a`, b) VALUES (1, 'it''s'), (-2.50, NULL), (TRUE, x'00fF'), (0x1F, '\\Z')")).toBe(
      `INSERT INTO "db"."t" ("a", "b") VALUES (1, 'it''s'), (-2.50, NULL), (1, X'00FF'), (X'1F', '\u001a')`,
    );
    expect(sqlOf('INSERT INTO t SELECT a FROM u')).toBe('INSERT INTO "t" SELECT "a" FROM "u"');
    expect(sqlOf('DROP TABLE IF EXISTS `t`')).toBe('DROP TABLE IF EXISTS "t"');
  });
});
