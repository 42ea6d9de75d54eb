import { pick } from './random-tables.ts';

/** A statement that all three engines take, also kept fresh as a view. */
export interface ProofStatement {
  readonly sql: string;
  /** The watermarked table that it reads in windows, whose late rows the view leaves out; null for none. */
  readonly watermarked: 'events' | null;
}

type Random = () => number;

const digit = (random: Random): string => String(Math.floor(random() * 10));

function factCondition(random: Random, alias: string): string {
  const column = (name: string): string => `${alias}.${name}`;
  const simple = (): string =>
    pick(random, [
      `${column('k')} > ${digit(random)}`,
      column('g'),
      `NOT ${column('g')}`,
      `${column('c')} IS NOT NULL`,
      `${column('c')} <> 'red'`,
      `${column('j')} % 3 = 1`,
      `${column('amount')} BETWEEN 20 AND 400.5`,
      `${column('d')} >= DATE '2024-02-01'`,
      `${column('k')} IN (1, 2, ${digit(random)})`,
      `coalesce(${column('x')}, 0.0) < 40.5`,
    ]);
  return random() < 0.5 ? simple() : `(${simple()} ${pick(random, ['AND', 'OR'])} ${simple()})`;
}

function aggregates(random: Random, alias: string): string {
  const column = (name: string): string => `${alias}.${name}`;
  const all = [
    'count(*)',
    `count(${column('c')})`,
    `count(DISTINCT ${column('k')})`,
    `sum(${column('j')})`,
    `sum(${column('amount')})`,
    `sum(${column('x')})`,
    `avg(${column('j')})`,
    `min(${column('ts')})`,
    `max(${column('amount')})`,
    `min(${column('c')})`,
    `max(${column('x')})`,
    `sum(${column('j')}) FILTER (WHERE ${column('g')})`,
    `sum(CASE WHEN ${column('g')} THEN 1 ELSE 0 END)`,
    `sum(DISTINCT ${column('k')})`,
  ];
  const count = 1 + Math.floor(random() * 4);
  return Array.from({ length: count }, (_, index) => `${pick(random, all)} AS a${String(index)}`).join(', ');
}

function grouped(random: Random): string {
  const keys = pick(random, [['k'], ['c'], ['k', 'c'], ['g', 'd'], ['d']]);
  const names = keys.map((key) => `f.${key}`).join(', ');
  const having = random() < 0.3 ? ` HAVING count(*) > ${digit(random)}` : '';
  return `SELECT ${names}, ${aggregates(random, 'f')} FROM facts AS f WHERE ${factCondition(random, 'f')} GROUP BY ${names}${having}`;
}

function total(random: Random): string {
  return `SELECT ${aggregates(random, 'f')} FROM facts AS f WHERE ${factCondition(random, 'f')}`;
}

function projected(random: Random): string {
  const items = pick(random, [
    'f.id, f.k + f.j AS a, upper(f.c) AS b',
    "f.id, CASE WHEN f.g THEN f.amount * 2 ELSE f.amount END AS a, concat(f.c, '!') AS b",
    'f.id, f.x / 2 AS a, f.j % 7 AS b',
    "f.id, date_trunc('month', f.ts) AS a, coalesce(f.c, 'none') AS b",
  ]);
  return `SELECT ${items} FROM facts AS f WHERE ${factCondition(random, 'f')}`;
}

function distinct(random: Random): string {
  return `SELECT DISTINCT ${pick(random, ['f.k, f.g', 'f.c', 'f.d, f.k', 'f.k % 3 AS r, f.c'])} FROM facts AS f WHERE ${factCondition(random, 'f')}`;
}

function joined(random: Random): string {
  const extra = random() < 0.4 ? ' AND m.factor < f.j' : '';
  const from = `facts AS f JOIN dims AS m ON f.k = m.k${extra}`;
  if (random() < 0.3) return `SELECT f.id, m.name, f.amount FROM ${from} WHERE ${factCondition(random, 'f')}`;
  return `SELECT m.name, ${aggregates(random, 'f')} FROM ${from} WHERE ${factCondition(random, 'f')} GROUP BY m.name`;
}

function selfJoined(random: Random): string {
  return `SELECT l.k, count(*) AS n, sum(l.j - r.j) AS s FROM facts AS l JOIN facts AS r ON l.k = r.k AND l.d = r.d WHERE ${factCondition(random, 'l')} GROUP BY l.k`;
}

function united(random: Random): string {
  const all = pick(random, ['', ' ALL']);
  return `SELECT f.k, f.c FROM facts AS f WHERE ${factCondition(random, 'f')} UNION${all} SELECT m.k, m.name FROM dims AS m`;
}

function twice(random: Random): string {
  return `SELECT q.n, count(*) AS groups, max(q.s) AS s FROM (SELECT f.c, count(*) AS n, sum(f.amount) AS s FROM facts AS f WHERE ${factCondition(random, 'f')} GROUP BY f.c) AS q GROUP BY q.n`;
}

function windowed(random: Random): string {
  const size = pick(random, [`INTERVAL '10' SECOND`, `INTERVAL '7' SECOND`, `INTERVAL '1' MINUTE`]);
  const key = pick(random, ['k', 'c', null]);
  const items = pick(random, [
    'count(*) AS n, sum(amount) AS s',
    'count(amount) AS n, max(ts) AS last',
    'count(*) AS n, avg(amount) AS m, count(DISTINCT k) AS ks',
  ]);
  const columns = key === null ? 'window_start, window_end' : `window_start, ${key}`;
  const where = random() < 0.4 ? ' WHERE amount > 2' : '';
  return `SELECT ${columns}, ${items} FROM TABLE(TUMBLE(TABLE events, DESCRIPTOR(ts), ${size}))${where} GROUP BY ${columns}`;
}

const KINDS: readonly ((random: Random) => string)[] = [
  grouped,
  joined,
  windowed,
  projected,
  twice,
  united,
  total,
  windowed,
  distinct,
  selfJoined,
];

/** Returns random statements, each kind in turn. */
export function randomStatements(random: Random, count: number): readonly ProofStatement[] {
  return Array.from({ length: count }, (_, index) => {
    const kind = KINDS[index % KINDS.length] ?? grouped;
    return { sql: kind(random), watermarked: kind === windowed ? 'events' : null };
  });
}
