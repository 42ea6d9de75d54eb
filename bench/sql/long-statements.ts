/** A way of growing a statement. */
export interface LongShape {
  readonly name: string;
  /** Returns a statement of about that many characters, over the table `t (a INTEGER, b VARCHAR)`. */
  build(length: number): string;
}

/** How many joins one FROM holds and how deep one item nests: both near what the parser allows (1000 links, 256 levels). */
const JOINS_PER_QUERY = 50;
const NESTED_LEVELS = 240;

/** Statements that grow in one direction each. */
export const LONG_SHAPES: readonly LongShape[] = [
  { name: 'in-list', build: (length) => grown(length, 'SELECT a FROM t WHERE a IN (', (index) => String(index % 100_000), ', ', ')') },
  { name: 'values', build: (length) => grown(length, 'VALUES ', (index) => `(${String(index % 100_000)}, 'text')`, ', ', '') },
  {
    name: 'and-chain',
    build: (length) => grown(length, 'SELECT a FROM t WHERE ', (index) => `a <> ${String(index % 100_000)}`, ' AND ', ''),
  },
  { name: 'columns', build: (length) => grown(length, 'SELECT ', (index) => `a + 1 AS column_${String(index)}`, ', ', ' FROM t') },
  { name: 'joins', build: (length) => grown(length, 'WITH ', joinedTable, ', ', ' SELECT 1') },
  { name: 'nested', build: (length) => grown(length, 'SELECT ', nestedItem, ', ', ' FROM t') },
  {
    name: 'case-branches',
    build: (length) => grown(length, 'SELECT CASE a', (index) => ` WHEN ${String(index)} THEN 'text'`, '', ' END FROM t'),
  },
  { name: 'comments', build: (length) => grown(length, 'SELECT a ', () => '/* a comment */ -- and another\n', '', ' FROM t') },
];

function grown(length: number, head: string, item: (index: number) => string, separator: string, tail: string): string {
  const items: string[] = [];
  let used = head.length + tail.length;
  for (let index = 0; used < length || index === 0; index++) {
    const text = item(index);
    items.push(text);
    used += text.length + separator.length;
  }
  return head + items.join(separator) + tail;
}

function joinedTable(index: number): string {
  let text = `c${String(index)} AS (SELECT x0.a FROM t AS x0`;
  for (let join = 1; join <= JOINS_PER_QUERY; join++) text += ` JOIN t AS x${String(join)} ON x0.a = x${String(join)}.a`;
  return `${text})`;
}

function nestedItem(index: number): string {
  return `${'('.repeat(NESTED_LEVELS)}a + ${String(index)}${')'.repeat(NESTED_LEVELS)}`;
}
