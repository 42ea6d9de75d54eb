/** Columns of the table that random statements change. */
export const MODIFIED_COLUMNS = 'k integer, a integer, b integer, c varchar, d double, g boolean';

const choose = <Item>(random: () => number, items: readonly Item[]): Item => items[Math.floor(random() * items.length)] as Item;

const number = (random: () => number): string => String(Math.floor(random() * 6));

/** Returns a row of the table as the text of a VALUES row; a quarter of all values but `k` are NULL. */
export function randomRow(random: () => number): string {
  const maybe = (text: string): string => (random() < 0.25 ? 'NULL' : text);
  const c = `'${choose(random, ['x', 'y', 'z', ''])}'`;
  return `(${number(random)}, ${maybe(number(random))}, ${maybe(number(random))}, ${maybe(c)}, ${maybe(`${number(random)}.5`)}, ${maybe(String(random() < 0.5))})`;
}

function randomCondition(random: () => number, depth: number): string {
  const inner = (): string => randomCondition(random, depth - 1);
  const n = number(random);
  const simple = [
    `t.a > ${n}`,
    't.a = t.b',
    `t.k % 3 = ${n}`,
    't.c IS NULL',
    "t.c <> 'x'",
    `t.a IN (1, NULL, ${n})`,
    `t.b NOT IN (2, ${n})`,
    't.g',
    'NOT t.g',
    `t.d BETWEEN ${n} AND 4`,
    'false',
    `t.a NOT IN (SELECT i.b FROM t AS i WHERE i.k > ${n})`,
    't.a IN (SELECT i.b FROM t AS i)',
    `EXISTS (SELECT 1 FROM t AS i WHERE i.a = t.b AND i.k < ${n})`,
    't.a = (SELECT max(i.a) FROM t AS i)',
    't.d > (SELECT avg(i.d) FROM t AS i WHERE i.c = t.c)',
  ];
  if (depth === 0 || random() < 0.5) return choose(random, simple);
  return choose(random, [() => `(${inner()} AND ${inner()})`, () => `(${inner()} OR ${inner()})`, () => `NOT (${inner()})`])();
}

function randomAssignments(random: () => number): string {
  const values: Readonly<Record<string, readonly string[]>> = {
    k: ['k + 1', 'k % 4', 'coalesce(a, 0)'],
    a: ['b', 'NULL', '(k + 3) % 7', '(SELECT min(i.b) FROM t AS i)', 'CASE WHEN g THEN b ELSE a END'],
    b: ['a', 'k', '(SELECT max(i.a) FROM t AS i WHERE i.c = t.c)', 'DEFAULT'],
    c: ["'w'", 'NULL', "concat('v', k)", 'upper(c)'],
    d: ['a', 'd / 2', 'b * 1.5', '(SELECT avg(i.b) FROM t AS i)'],
    g: ['NOT g', 'a > b', 'NULL'],
  };
  const names = Object.keys(values).filter(() => random() < 0.35);
  const set = names.length === 0 ? ['a'] : names;
  return set.map((name) => `${name} = ${choose(random, values[name] ?? [])}`).join(', ');
}

/** Returns a DELETE or UPDATE of the table `t`, whose text means the same to DuckDB. */
export function randomModification(random: () => number): string {
  const where = random() < 0.08 ? '' : ` WHERE ${randomCondition(random, 2)}`;
  return random() < 0.4 ? `DELETE FROM t${where}` : `UPDATE t SET ${randomAssignments(random)}${where}`;
}
