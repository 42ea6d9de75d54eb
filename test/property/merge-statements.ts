import type { seededRandom } from '../../tck/truth/seeded-random.ts';

/** A WHEN of a random MERGE; its number counts from 1 in the order of the text. */
export interface RandomClause {
  readonly match: 'matched' | 'not-matched' | 'not-matched-by-source';
  /** Null for none. */
  readonly when: string | null;
  readonly action: 'update' | 'delete' | 'insert' | 'nothing';
  /** What columns of `t` get. */
  readonly values: Readonly<Record<string, string>>;
  readonly text: string;
}

/** A random statement that puts the rows of the table `s` beside those of `t`. */
export interface RandomMerge {
  readonly kind: 'merge' | 'update' | 'delete';
  readonly text: string;
  /** What FROM holds for the source. */
  readonly source: string;
  readonly on: string;
  readonly clauses: readonly RandomClause[];
}

type Random = ReturnType<typeof seededRandom>;

/** Columns of `t` and `s`. */
export const MERGED_COLUMNS = ['k', 'a', 'b', 'c', 'd', 'g'] as const;

const choose = <Item>(random: Random, items: readonly Item[]): Item => items[Math.floor(random() * items.length)] as Item;

const number = (random: Random): string => String(Math.floor(random() * 6));

/** Returns a row of `s`, whose columns are those of `t`; keys are often NULL or there twice. */
export function randomSourceRow(random: Random): string {
  const maybe = (text: string): string => (random() < 0.2 ? 'NULL' : text);
  const key = maybe(String(Math.floor(random() * 9)));
  const c = `'${choose(random, ['x', 'y', 'w'])}'`;
  return `(${key}, ${maybe(number(random))}, ${maybe(number(random))}, ${maybe(c)}, ${maybe(`${number(random)}.25`)}, ${maybe(String(random() < 0.5))})`;
}

const ONE_PER_KEY = '(SELECT k, max(a) AS a, min(b) AS b, max(c) AS c, sum(d) AS d, bool_or(g) AS g FROM s GROUP BY k) AS s';
const SOURCES = [
  's',
  '(SELECT * FROM s WHERE a IS NOT NULL) AS s',
  ONE_PER_KEY,
  ONE_PER_KEY,
  '(SELECT i.k + 1 AS k, i.a, i.b, i.c, i.d, i.g FROM t AS i WHERE i.a = 2) AS s',
];

function randomMatch(random: Random): string {
  const n = number(random);
  const simple = ['t.k = s.k', 't.k = s.k', 't.k = s.k AND t.a > s.b', 't.k = s.k AND t.c = s.c', `t.k = s.k AND t.b > ${n}`];
  const odd = [
    't.k IS NOT DISTINCT FROM s.k',
    `t.k = s.k AND s.a <> ${n}`,
    't.k + s.k = 5',
    't.k = s.k OR t.a = s.b',
    't.k < s.k',
    'false',
    `t.k = s.k AND t.a IN (SELECT i.a FROM s AS i WHERE i.k > ${n})`,
    't.k = s.k AND EXISTS (SELECT 1 FROM t AS i WHERE i.a = s.a AND i.b > t.b)',
  ];
  return choose(random, random() < 0.6 ? simple : odd);
}

function randomWhen(random: Random, match: RandomClause['match']): string | null {
  const n = number(random);
  const own = ['t.a > t.b', 't.c IS NULL', `t.k > ${n}`];
  const others = ['s.a > s.b', 's.g', `s.k < ${n}`, 's.c IS NULL'];
  const both = ['t.a < s.a', 't.c = s.c', 't.d > (SELECT avg(i.d) FROM s AS i WHERE i.k = t.k)', ...own, ...others];
  if (random() < 0.35) return null;
  return choose(random, match === 'matched' ? both : match === 'not-matched' ? others : own);
}

function randomValues(random: Random, matched: boolean): Record<string, string> {
  const own: Readonly<Record<string, readonly string[]>> = {
    k: ['t.k + 1'],
    a: ['NULL', 't.b', '(t.k + 3) % 7', 'DEFAULT'],
    b: ['t.a', '(SELECT max(i.a) FROM s AS i WHERE i.c = t.c)'],
    c: ["concat('v', t.k)", 'upper(t.c)'],
    d: ['t.a', 't.d / 2'],
    g: ['NOT t.g'],
  };
  const others: Readonly<Record<string, readonly string[]>> = {
    a: ['s.a', 't.a + s.a', 's.k'],
    b: ['s.b', 'coalesce(s.b, t.b)', '(SELECT min(i.b) FROM t AS i WHERE i.k = s.k)'],
    c: ['s.c', 'concat(t.c, s.c)'],
    d: ['s.d', 's.a * 1.5'],
    g: ['s.g', 't.a > s.a'],
  };
  const names = Object.keys(own).filter(() => random() < 0.3);
  return Object.fromEntries(
    (names.length === 0 ? ['b'] : names).map((name) => {
      const taken = matched && random() < 0.6 ? others[name] : undefined;
      return [name, choose(random, taken ?? own[name] ?? [])];
    }),
  );
}

const ALL_OF_SOURCE = Object.fromEntries(MERGED_COLUMNS.map((name) => [name, `s.${name}`]));

const setText = (values: Readonly<Record<string, string>>): string =>
  Object.entries(values)
    .map(([name, value]) => `${name} = ${value}`)
    .join(', ');

function randomAction(random: Random, match: RandomClause['match']): Pick<RandomClause, 'action' | 'values' | 'text'> {
  if (random() < 0.15) return { action: 'nothing', values: {}, text: 'DO NOTHING' };
  if (match === 'not-matched') {
    if (random() < 0.4) return { action: 'insert', values: ALL_OF_SOURCE, text: 'INSERT *' };
    const values = choose(random, [
      { k: 's.k', c: 's.c' },
      { c: "'new'", k: 's.a', a: 's.b + 1' },
      { d: 's.a / 2', k: 'DEFAULT' },
    ]);
    const text = `INSERT (${Object.keys(values).join(', ')}) VALUES (${Object.values(values).join(', ')})`;
    return { action: 'insert', values, text };
  }
  if (random() < 0.3) return { action: 'delete', values: {}, text: 'DELETE' };
  if (match === 'matched' && random() < 0.2) return { action: 'update', values: ALL_OF_SOURCE, text: 'UPDATE SET *' };
  const values = randomValues(random, match === 'matched');
  return { action: 'update', values, text: `UPDATE SET ${setText(values)}` };
}

const WORDS = { matched: 'MATCHED', 'not-matched': 'NOT MATCHED', 'not-matched-by-source': 'NOT MATCHED BY SOURCE' } as const;

function randomClauses(random: Random): readonly RandomClause[] {
  const clauses: RandomClause[] = [];
  for (let count = 1 + Math.floor(random() * 5); count > 0; count -= 1) {
    const match = choose(random, ['matched', 'matched', 'not-matched', 'not-matched-by-source'] as const);
    const when = randomWhen(random, match);
    const { action, values, text } = randomAction(random, match);
    const words = match === 'not-matched' && random() < 0.3 ? 'NOT MATCHED BY TARGET' : WORDS[match];
    clauses.push({ match, when, action, values, text: `WHEN ${words}${when === null ? '' : ` AND ${when}`} THEN ${text}` });
  }
  return clauses;
}

/** Returns a MERGE, UPDATE .. FROM or DELETE .. USING. */
export function randomMerge(random: Random): RandomMerge {
  const source = choose(random, SOURCES);
  const on = randomMatch(random);
  const kind = random() < 0.6 ? 'merge' : choose(random, ['update', 'delete'] as const);
  const matched = { match: 'matched', when: null, text: '' } as const;
  if (kind === 'update') {
    const values = randomValues(random, true);
    const text = `UPDATE t SET ${setText(values)} FROM ${source} WHERE ${on}`;
    return { kind, source, on, text, clauses: [{ ...matched, action: 'update', values }] };
  }
  if (kind === 'delete') {
    const text = `DELETE FROM t USING ${source} WHERE ${on}`;
    return { kind, source, on, text, clauses: [{ ...matched, action: 'delete', values: {} }] };
  }
  const clauses = randomClauses(random);
  return { kind, source, on, clauses, text: `MERGE INTO t USING ${source} ON ${on} ${clauses.map(({ text }) => text).join(' ')}` };
}
