import type { PlanCase } from '../check/plan-case.ts';
import { seededRandom } from './seeded-random.ts';

/** Makes queries that a seed decides, over the tables `t` and `u`: from a bare scan to joins under groups.
 *  Guarantees: whole numbers stay small enough that no sum leaves its type; an order leaves no ties that show. */
export function randomQueries(seed: number, count: number): readonly PlanCase[] {
  const random = seededRandom(seed);
  return Array.from({ length: count }, (_, index) => ({
    id: `random-${String(seed)}-${String(index)}`,
    sql: new QueryMaker(random).query(),
  }));
}

const COLUMNS = ['k', 'b', 'd', 's', 'p', 'f', 'day', 'at'] as const;
const LITERALS: Readonly<Record<(typeof COLUMNS)[number], readonly string[]>> = {
  k: ['0', '1', '-2', '3'],
  b: ['0', '-7', '4294967296'],
  d: ['0', '0.25', '3'],
  s: ["''", "'a'", "'zz'", "'ä'"],
  p: ['0.01', '5.00', '-12.34'],
  f: ['TRUE', 'FALSE'],
  day: ["DATE '2024-01-01'", "DATE '2000-02-29'"],
  at: ["TIMESTAMP '2024-01-01 00:00:00'", "TIMESTAMP '1999-12-31 23:00:00'"],
};

class QueryMaker {
  readonly #random: () => number;

  constructor(random: () => number) {
    this.#random = random;
  }

  query(): string {
    switch (this.#below(6)) {
      case 0:
        return `SELECT ${this.#list('t')} FROM t${this.#where('t')}`;
      case 1:
        return this.#grouped();
      case 2:
        return this.#joined();
      case 3:
        return `SELECT DISTINCT ${this.#list('t')} FROM t${this.#where('t')}`;
      case 4: {
        const columns = this.#some();
        const operation = this.#pick(['UNION', 'UNION ALL', 'INTERSECT', 'EXCEPT', 'EXCEPT ALL', 'INTERSECT ALL']);
        return `SELECT ${columns.join(', ')} FROM t${this.#where('t')} ${operation} SELECT ${columns.join(', ')} FROM u${this.#where('u')}`;
      }
      default:
        return this.#sorted();
    }
  }

  #grouped(): string {
    const keys = this.#some()
      .slice(0, 2)
      .map((name) => `t.${name}`);
    const aggregates = [
      'count(*)',
      'count(t.s)',
      'sum(t.k)',
      'min(t.b)',
      'max(t.at)',
      'min(t.s)',
      'max(t.p)',
      'count(DISTINCT t.k)',
      'sum(t.k) FILTER (WHERE t.f)',
    ];
    const chosen = [this.#pick(aggregates), this.#pick(aggregates)].map((text, index) => `${text} AS a${String(index)}`);
    const from = this.#below(3) === 0 ? this.#join() : 't';
    if (this.#below(4) === 0) return `SELECT ${chosen.join(', ')} FROM ${from}${this.#where('t')}`;
    const having = this.#below(3) === 0 ? ' HAVING count(*) > 1' : '';
    return `SELECT ${[...keys, ...chosen].join(', ')} FROM ${from}${this.#where('t')} GROUP BY ${keys.join(', ')}${having}`;
  }

  #joined(): string {
    return `SELECT ${this.#some()
      .map((name, index) => `t.${name} AS l${String(index)}`)
      .join(', ')}, u.s AS r FROM ${this.#join()}${this.#where('t')}`;
  }

  #join(): string {
    const keys = this.#pick(['t.k = u.k', 't.k = u.k AND t.f = u.f', 't.s = u.s', 't.b = u.b AND t.k < u.k']);
    return `t ${this.#pick(['JOIN', 'LEFT JOIN', 'RIGHT JOIN', 'FULL JOIN'])} u ON ${keys}`;
  }

  /** All columns are keys, so that rows of equal keys are equal. */
  #sorted(): string {
    const columns = this.#some();
    const keys = columns.map((name) => `${name}${this.#pick(['', ' DESC'])} NULLS ${this.#pick(['FIRST', 'LAST'])}`);
    const limit = this.#below(2) === 0 ? ` LIMIT ${String(this.#below(12))} OFFSET ${String(this.#below(4))}` : '';
    return `SELECT ${columns.join(', ')} FROM t${this.#where('t')} ORDER BY ${keys.join(', ')}${limit}`;
  }

  #list(table: string): string {
    const columns = this.#some().map((name) => `${table}.${name}`);
    const computed = [
      `${table}.k + 1`,
      `-${table}.k`,
      `${table}.k * ${table}.k`,
      `coalesce(${table}.k, 9)`,
      `CASE WHEN ${this.#condition(table)} THEN 1 ELSE 0 END`,
    ];
    return [...columns, `${this.#pick(computed)} AS c`].join(', ');
  }

  #where(table: string): string {
    const turn = this.#below(5);
    if (turn === 0) return '';
    const one = this.#condition(table);
    if (turn < 3) return ` WHERE ${one}`;
    const other = this.#condition(table);
    return turn === 3 ? ` WHERE ${one} AND ${other}` : ` WHERE NOT (${one}) OR ${other}`;
  }

  #condition(table: string): string {
    const name = this.#pick(COLUMNS);
    const column = `${table}.${name}`;
    switch (this.#below(5)) {
      case 0:
        return `${column} IS ${this.#pick(['', 'NOT '])}NULL`;
      case 1:
        return `${column} IN (${LITERALS[name].join(', ')})`;
      default:
        return `${column} ${this.#pick(['=', '<>', '<', '<=', '>', '>='])} ${this.#pick(LITERALS[name])}`;
    }
  }

  #some(): readonly string[] {
    const chosen = COLUMNS.filter(() => this.#below(3) === 0);
    return chosen.length === 0 ? ['k', 's'] : chosen;
  }

  #below(limit: number): number {
    return Math.floor(this.#random() * limit);
  }

  #pick<Item>(items: readonly Item[]): Item {
    return items[this.#below(items.length)] as Item;
  }
}
