import { LONG_SHAPES } from '../../../bench/sql/long-statements.ts';
import { below, pick, type Random } from './random-choice.ts';

/** What opens a level and what closes it. */
type Nesting = readonly [open: string, close: string];

const EXPRESSION_NESTINGS: readonly Nesting[] = [
  ['(', ')'],
  ['NOT ', ''],
  ['- ', ''],
  ['~', ''],
  ['abs(', ')'],
  ['coalesce(a, ', ')'],
  ['concat(', ", 'x')"],
  ['CASE WHEN ', ' THEN 1 END'],
  ['CASE ', ' WHEN 1 THEN 2 WHEN 3 THEN 4 END'],
  ['CASE a WHEN 1 THEN ', ' END'],
  ['[', ']'],
  ["{'p': ", '}'],
  ['MAP {1: ', '}'],
  ['CAST(', ' AS INTEGER)'],
  ['(SELECT ', ')'],
  ['(SELECT max(a) FROM t WHERE a = ', ')'],
  ['EXISTS (SELECT ', ')'],
  ['a IN (SELECT ', ')'],
  ['a IN (', ', 1)'],
  ['list_transform([1], v -> ', ')'],
  ['', ' + 1'],
  ['1 + ', ''],
  ['', '::INTEGER'],
  ['', '[1]'],
  ['', '.p'],
  ['', ' IS NULL'],
  ['(', ' BETWEEN 1 AND 2)'],
  ['(1 BETWEEN ', ' AND 2)'],
  ['', ' AND a = 1 OR a = 2'],
  ['', " AT TIME ZONE 'UTC'"],
  ['', " || 'x'"],
  ["'x' LIKE ", ''],
  ['INTERVAL (', ') DAY'],
  ['sum(', ') OVER ()'],
  ['sum(1) OVER (ORDER BY ', ')'],
  ['array_agg(1 ORDER BY ', ')'],
];

const STATEMENT_NESTINGS: readonly Nesting[] = [
  ['EXPLAIN ', ''],
  ['PREPARE p AS ', ''],
  ['SELECT * FROM (', ')'],
  ['SELECT * FROM (', ') AS x, t'],
  ['SELECT * FROM LATERAL (', ') AS x'],
  ['WITH w AS (', ') SELECT * FROM w'],
  ['WITH RECURSIVE w AS (SELECT 1 UNION ALL ', ') SELECT * FROM w'],
  ['(', ')'],
  ['(', ') UNION ALL SELECT 1'],
  ['SELECT 1 UNION SELECT 1 INTERSECT ', ''],
  ['', ' EXCEPT SELECT 1 UNION SELECT 2'],
  ['SELECT 1 WHERE EXISTS (', ')'],
];

const RELATION_NESTINGS: readonly Nesting[] = [
  ['(', ')'],
  ['(', ' JOIN t ON TRUE)'],
  ['', ' CROSS JOIN t'],
  ['t JOIN ', ' ON TRUE'],
  ['TABLE(TUMBLE(TABLE ', ", DESCRIPTOR(ts), INTERVAL '1' HOUR))"],
];

const TYPE_NESTINGS: readonly Nesting[] = [
  ['STRUCT(p ', ')'],
  ['MAP(VARCHAR, ', ')'],
  ['ARRAY<', '>'],
  ['', '[]'],
];

/** Limits of the parser and the binder lie near these. */
const LEVELS = [10, 40, 120, 250, 258, 300, 990, 1010, 3000, 20_000];
const LENGTHS = [1000, 20_000, 200_000];

/** Returns a statement that nests in one way or two, near the limits or far beyond them, or is long in one direction. */
export function deepStatement(random: Random): string {
  if (random() < 0.1) return pick(random, LONG_SHAPES).build(pick(random, LENGTHS));
  const kind = below(random, 5);
  if (kind === 0) return nested(random, STATEMENT_NESTINGS, 'SELECT 1');
  if (kind === 1) return `SELECT * FROM ${nested(random, RELATION_NESTINGS, 't')}`;
  if (kind === 2) return `SELECT CAST(NULL AS ${nested(random, TYPE_NESTINGS, 'INTEGER')})`;
  const expression = nested(random, EXPRESSION_NESTINGS, pick(random, ['a', '1', "'x'", 'TRUE', 'NULL', 'missing']));
  return kind === 3 ? `SELECT ${expression} FROM t` : `SELECT a FROM t WHERE ${expression} GROUP BY ${expression}`;
}

function nested(random: Random, nestings: readonly Nesting[], core: string): string {
  const levels = pick(random, LEVELS) + below(random, 5);
  const first = pick(random, nestings);
  const second = random() < 0.5 ? first : pick(random, nestings);
  const pairs = Array.from({ length: levels }, (_, level) => (level % 2 === 0 ? first : second));
  return `${pairs.map(([open]) => open).join('')}${core}${pairs
    .map(([, close]) => close)
    .reverse()
    .join('')}`;
}
