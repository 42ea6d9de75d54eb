import { type GrammarCases, reject } from './grammar-cases.ts';

/** Cases of the parts "Expressions" and "Literals" of the grammar. */
export const EXPRESSION_CASES: readonly GrammarCases[] = [
  {
    production: 'expression',
    accepts: ['SELECT a OR b OR c', 'SELECT (a OR b) AND c'],
    rejects: [reject('SELECT a OR▸', 'an expression'), reject('SELECT ▸OR a', 'an expression')],
  },
  {
    production: 'conjunction',
    accepts: ['SELECT a AND b AND NOT c', 'SELECT a AND (b AND c)'],
    rejects: [reject('SELECT a AND▸', 'an expression'), reject('SELECT a FROM t WHERE a = 1 ▸ADN b = 2', 'AND', 'AND')],
  },
  {
    production: 'negation',
    accepts: ['SELECT NOT a', 'SELECT NOT NOT a = b'],
    rejects: [reject('SELECT NOT▸', 'an expression'), reject('SELECT NOT (▸)', 'an expression')],
  },
  {
    production: 'test',
    accepts: ['SELECT a IS NOT NULL, b IS DISTINCT FROM c + 1, d IS NOT TRUE', 'SELECT a = b IS NULL'],
    rejects: [reject('SELECT a IS ▸5', 'NULL'), reject('SELECT a IS DISTINCT ▸b', 'FROM'), reject('SELECT a IS NOT▸', 'NULL')],
  },
  {
    production: 'comparison',
    accepts: ['SELECT a < b = c', 'SELECT a >= ALL (SELECT 1)'],
    rejects: [reject('SELECT a = ▸FROM t', 'an expression'), reject('SELECT a <▸', 'an expression')],
  },
  {
    production: 'comparison_operator',
    accepts: ['SELECT a == b, a != b, a <> b', 'SELECT a <= b, a >= b'],
    rejects: [reject('SELECT a =▸< b', 'an expression'), reject('SELECT a = ▸= b', 'an expression')],
  },
  {
    production: 'quantified',
    accepts: ['SELECT a = ANY (SELECT b FROM t), a <> SOME ([1, 2])', 'SELECT a < ALL (VALUES (1))'],
    rejects: [reject('SELECT a = ANY ▸b', "'('"), reject('SELECT a = ANY (▸)', 'an expression')],
  },
  {
    production: 'predicate',
    accepts: ['SELECT a NOT IN (1), b NOT BETWEEN 1 AND 2, c NOT LIKE d', 'SELECT a BETWEEN 1 AND 2 AND b'],
    rejects: [reject('SELECT a ▸NOT b', 'FROM'), reject('SELECT a FROM t WHERE a ▸LIEK b', 'LIKE', 'LIKE')],
  },
  {
    production: 'in_predicate',
    accepts: ['SELECT (a, b) IN ((1, 2), (3, 4))', 'SELECT a IN (SELECT b FROM t)'],
    rejects: [reject('SELECT a IN ▸1', "'('"), reject('SELECT a IN (▸)', 'an expression')],
  },
  {
    production: 'between_predicate',
    accepts: ['SELECT a BETWEEN b + 1 AND c * 2', 'SELECT a NOT BETWEEN 1 AND 2'],
    rejects: [reject('SELECT a BETWEEN 1▸', 'AND'), reject('SELECT a BETWEEN 1 ▸TO 2', 'AND')],
  },
  {
    production: 'like_predicate',
    accepts: ["SELECT a LIKE 'x%' ESCAPE '!', b ILIKE 'y'", "SELECT a SIMILAR TO '(a|b)*'"],
    rejects: [reject("SELECT a SIMILAR ▸'x'", 'TO'), reject('SELECT a LIKE▸', 'an expression')],
  },
  {
    production: 'concatenation',
    accepts: ["SELECT t.j -> 'a' ->> '$.b[0]' FROM t", "SELECT a || 'x' || b", 'SELECT a & b | c << 2 >> 1'],
    rejects: [reject('SELECT a ||▸', 'an expression'), reject('SELECT a | ▸| b', 'an expression')],
  },
  {
    production: 'additive',
    accepts: ['SELECT 1 + 2 - 3', 'SELECT a + b * c'],
    rejects: [reject('SELECT 1 +▸', 'an expression'), reject('SELECT 1 - ▸, 2', 'an expression')],
  },
  {
    production: 'multiplicative',
    accepts: ['SELECT a * b / c // d % e', 'SELECT (1 + 2) * 3'],
    rejects: [reject('SELECT a *▸', 'an expression'), reject('SELECT a * ▸* b', 'an expression')],
  },
  {
    production: 'power',
    accepts: ['SELECT 2 ^ 3 ** 2', 'SELECT -2 ^ 2'],
    rejects: [reject('SELECT 2 ^▸', 'an expression'), reject('SELECT ▸^ 2', 'an expression')],
  },
  {
    production: 'zoned',
    accepts: ["SELECT ts AT TIME ZONE 'Europe/Berlin'", "SELECT a + ts AT TIME ZONE 'UTC' AT TIME ZONE zone"],
    rejects: [reject("SELECT ts AT ▸ZONE 'UTC'", 'FROM'), reject('SELECT ts AT TIME ZONE▸', 'an expression')],
  },
  {
    production: 'collated',
    accepts: ['SELECT a COLLATE nocase', 'SELECT a FROM t ORDER BY a COLLATE de.nocase DESC'],
    rejects: [reject('SELECT a COLLATE▸', 'a collation name'), reject("SELECT a COLLATE ▸'x'", 'a collation name')],
  },
  {
    production: 'signed',
    accepts: ['SELECT - -a, +b, ~c', 'SELECT -9223372036854775808'],
    rejects: [reject('SELECT -▸', 'an expression'), reject('SELECT ~ ▸FROM t', 'an expression')],
  },
  {
    production: 'postfix',
    accepts: ['SELECT a[1][2:3], (s).f.g, x::DECIMAL(10, 2)::VARCHAR', 'SELECT a[:], a[2:], a[:-1]'],
    rejects: [reject('SELECT a[1▸', "']'"), reject('SELECT a::▸5', 'a data type'), reject('SELECT (s).▸*', 'a field name')],
  },
  {
    production: 'primary',
    accepts: ['SELECT (1), ?, a', 'SELECT $1, f(x), [1]'],
    rejects: [reject('SELECT (▸)', 'an expression'), reject('SELECT ▸;', 'an expression')],
  },
  {
    production: 'column',
    accepts: ['SELECT a, t.a, s.t.a.field', 'SELECT t.select, "My Column" FROM t'],
    rejects: [reject('SELECT t.▸', 'a column name'), reject('SELECT ▸select', 'an expression')],
  },
  {
    production: 'case',
    accepts: ["SELECT CASE a WHEN 1 THEN 'x' WHEN 2 THEN 'y' ELSE 'z' END", 'SELECT CASE WHEN a THEN b END'],
    rejects: [reject('SELECT CASE a ▸END', 'WHEN'), reject('SELECT CASE WHEN a THEN b▸', 'END'), reject('SELECT CASE WHEN a ▸END', 'THEN')],
  },
  {
    production: 'cast',
    accepts: ['SELECT CAST(a AS DECIMAL(10, 2))', 'SELECT TRY_CAST(a AS INTEGER[])'],
    rejects: [reject('SELECT CAST(a ▸INTEGER)', 'AS'), reject('SELECT CAST(a AS ▸5)', 'a data type')],
  },
  {
    production: 'extract',
    accepts: ['SELECT EXTRACT(year FROM d)', "SELECT EXTRACT('dow' FROM d)"],
    rejects: [reject('SELECT EXTRACT(▸1 FROM d)', 'a part of a date'), reject('SELECT EXTRACT(year▸)', 'FROM')],
  },
  {
    production: 'constructor',
    accepts: ["SELECT [1], {'a': 1}, MAP {'k': 1}", 'SELECT ROW(1, 2)'],
    rejects: [reject('SELECT {▸}', 'a field name'), reject('SELECT [▸,]', 'an expression')],
  },
  {
    production: 'row',
    accepts: ['SELECT ROW(1), (a, b) = (c, d)', 'SELECT * FROM t WHERE (a, b) IN (SELECT c, d FROM u)'],
    rejects: [reject('SELECT (a,▸)', 'an expression'), reject('SELECT ROW(1▸', "')'")],
  },
  {
    production: 'list',
    accepts: ['SELECT [], [1, 2]', 'SELECT ARRAY[1, [2]]'],
    rejects: [reject('SELECT [1▸', "']'"), reject('SELECT ARRAY[1,▸]', 'an expression')],
  },
  {
    production: 'struct',
    accepts: ["SELECT {'a': 1, b: 2}", 'SELECT {"Quoted Name": [1]}'],
    rejects: [reject('SELECT {a: 1▸', "'}'"), reject('SELECT {▸}', 'a field name')],
  },
  {
    production: 'struct_field',
    accepts: ["SELECT {'with space': 1}", 'SELECT {a: {b: 2}}'],
    rejects: [reject('SELECT {a ▸1}', "':'"), reject('SELECT {▸1: 2}', 'a field name')],
  },
  {
    production: 'map',
    accepts: ["SELECT MAP {'k': 1, 'l': 2}", 'SELECT MAP {}'],
    rejects: [reject('SELECT MAP {1: 2▸', "'}'"), reject('SELECT MAP {1: 2,▸}', 'an expression')],
  },
  {
    production: 'map_entry',
    accepts: ['SELECT MAP {1 + 1: [2]}', 'SELECT MAP {a: b}'],
    rejects: [reject('SELECT MAP {1▸}', "':'"), reject('SELECT MAP {1:▸}', 'an expression')],
  },
  {
    production: 'subquery',
    accepts: ['SELECT (SELECT 1), EXISTS (SELECT 1), ARRAY(SELECT a FROM t)', 'SELECT ((SELECT 1) UNION SELECT 2)'],
    rejects: [reject('SELECT EXISTS (▸1)', 'a query'), reject('SELECT ARRAY(▸1)', 'a query'), reject('SELECT (SELECT 1▸', "')'")],
  },
  {
    production: 'literal',
    accepts: [
      "SELECT 1, 1.5, .5e3, 'it''s', X'CAFE', TRUE, NULL",
      "SELECT DATE '2001-01-31', TIMESTAMP WITH TIME ZONE '2001-01-31 00:00:00+01'",
    ],
    rejects: [
      reject('SELECT ▸1x', 'neither a number nor a name'),
      reject("SELECT ▸'open", 'no closing'),
      reject("SELECT ▸X'ABC'", 'hexadecimal digits'),
    ],
  },
  {
    production: 'interval',
    accepts: ["SELECT INTERVAL '3 days', INTERVAL 3 DAY, INTERVAL '1-2' YEAR TO MONTH", 'SELECT INTERVAL (x + 1) HOUR'],
    rejects: [reject('SELECT INTERVAL 3▸', 'an interval unit'), reject('SELECT INTERVAL 3 ▸DAZE', 'an interval unit')],
  },
  {
    production: 'interval_amount',
    accepts: ['SELECT INTERVAL -3 DAY, INTERVAL ? DAY', "SELECT INTERVAL +'3' DAY"],
    rejects: [reject('SELECT INTERVAL -3▸', 'an interval unit'), reject('SELECT INTERVAL (▸) DAY', 'an expression')],
  },
  {
    production: 'interval_units',
    accepts: ["SELECT INTERVAL '1 02:03' DAY TO MINUTE", "SELECT INTERVAL '3' DAYS"],
    rejects: [reject('SELECT INTERVAL 3 ▸', 'an interval unit'), reject("SELECT INTERVAL '3' DAY TO ▸x", 'FROM')],
  },
  {
    production: 'interval_unit',
    accepts: ['SELECT INTERVAL 1 MILLENNIUM + INTERVAL 2 QUARTERS', 'SELECT INTERVAL 5 MICROSECONDS'],
    rejects: [reject('SELECT INTERVAL 1 ▸FORTNIGHT', 'an interval unit'), reject('SELECT INTERVAL (1) ▸FROM t', 'an interval unit')],
  },
];
