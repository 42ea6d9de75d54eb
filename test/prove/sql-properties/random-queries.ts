import { pick, type Random } from '../../property/stream-tables.ts';
import { ExpressionMaker, type Kind, KINDS, type Named, type SubqueryMaker } from './random-expressions.ts';

/** Names of the tables that random queries read. */
export const TABLE_NAMES = ['t', 'u', 'v'] as const;

/** The columns of each of the tables. */
export const TABLE_COLUMN_KINDS: readonly (readonly [string, Kind])[] = [
  ['k', 'INTEGER'],
  ['b', 'BIGINT'],
  ['d', 'DOUBLE'],
  ['s', 'VARCHAR'],
  ['p', 'DECIMAL(9,2)'],
  ['f', 'BOOLEAN'],
  ['day', 'DATE'],
  ['at', 'TIMESTAMP'],
];

/** Statements that make the tables. */
export const TABLE_DEFINITIONS: readonly string[] = TABLE_NAMES.map(
  (table) => `CREATE TABLE ${table} (${TABLE_COLUMN_KINDS.map(([name, kind]) => `"${name}" ${kind}`).join(', ')})`,
);

/** A relation of FROM, and what may be named of it. */
interface Source {
  readonly sql: string;
  readonly names: readonly Named[];
}

/** How far a query may go. */
export interface QueryLimits {
  /** Queries inside one another. */
  readonly depth: number;
  /** Without subqueries, windows, common tables and what else a stream does not take. */
  readonly plain: boolean;
}

const OUTER_JOINS = ['LEFT', 'RIGHT', 'FULL'];

/** Makes random queries over the tables: joins, subqueries, aggregates, windows, set operations, common tables, CASE, casts and functions. */
export class QueryMaker {
  readonly #random: Random;
  readonly #plain: boolean;
  #aliases = 0;
  /** Common tables that may be named here. */
  #common: Source[] = [];

  constructor(random: Random, plain: boolean) {
    this.#random = random;
    this.#plain = plain;
  }

  /** Returns a whole query whose rows are the same on each run, as a bag. */
  query(depth: number): string {
    const kinds = this.#kinds();
    if (this.#plain || depth === 0 || this.#random() < 0.8) return this.#ordered(this.#body(depth, kinds), kinds.length);
    const name = this.#alias();
    const inner = this.#kinds();
    const common = `WITH ${name}(${inner.map((_, index) => `x${String(index)}`).join(', ')}) AS (${this.#body(depth - 1, inner)})`;
    this.#common.push({ sql: name, names: inner.map((kind, index) => ({ sql: `x${String(index)}`, kind })) });
    return `${common} ${this.#ordered(this.#body(depth, kinds), kinds.length)}`;
  }

  /** Returns FROM with what may be named of it. */
  from(depth: number): Source {
    let source = this.#relation(depth);
    for (let joins = Math.floor(this.#random() * 2.4); joins > 0; joins -= 1) source = this.#joined(source, this.#relation(depth));
    return source;
  }

  /** Returns a condition over what may be named. */
  condition(names: readonly Named[], depth: number): string {
    return this.#expressions(depth).condition(names, 2);
  }

  #kinds(): readonly Kind[] {
    return Array.from({ length: 1 + Math.floor(this.#random() * 4) }, () => pick(this.#random, KINDS));
  }

  #alias(): string {
    return `q${String((this.#aliases += 1))}`;
  }

  #expressions(depth: number): ExpressionMaker {
    return new ExpressionMaker(this.#random, this.#plain || depth <= 0 ? null : this.#subqueries(depth - 1));
  }

  /** LIMIT is exact when all columns are keys. */
  #ordered(body: string, columns: number): string {
    if (this.#random() < 0.75) return body;
    const keys = Array.from({ length: columns }, (_, index) => `${String(index + 1)} ${pick(this.#random, ['', 'DESC', 'NULLS FIRST'])}`);
    return `${body} ORDER BY ${keys.join(', ')}${pick(this.#random, ['', ' LIMIT 5', ' LIMIT 4 OFFSET 2'])}`;
  }

  #body(depth: number, kinds: readonly Kind[]): string {
    if (depth === 0 || this.#random() < 0.75) return this.#select(depth, kinds);
    const operator = pick(this.#random, this.#plain ? ['UNION ALL', 'UNION'] : ['UNION ALL', 'UNION', 'INTERSECT', 'EXCEPT', 'EXCEPT ALL']);
    return `${this.#select(depth - 1, kinds)} ${operator} ${this.#select(depth - 1, kinds)}`;
  }

  #select(depth: number, kinds: readonly Kind[]): string {
    const from = this.from(depth);
    const where = this.#random() < 0.6 ? ` WHERE ${this.condition(from.names, depth)}` : '';
    const rest = `FROM ${from.sql}${where}`;
    const form = pick(
      this.#random,
      this.#plain ? ['plain', 'plain', 'distinct', 'grouped'] : ['plain', 'plain', 'distinct', 'grouped', 'window'],
    );
    if (form === 'grouped') return this.#grouped(rest, from, kinds);
    const items = kinds.map((kind, index) =>
      form === 'window' && index === 0 ? this.#window(kind, from) : this.#expressions(depth).value(kind, from.names, 2),
    );
    return `SELECT ${form === 'distinct' ? 'DISTINCT ' : ''}${named(items)} ${rest}`;
  }

  #grouped(rest: string, { names }: Source, kinds: readonly Kind[]): string {
    const expressions = this.#expressions(0);
    const groups = Array.from({ length: Math.floor(this.#random() * 3) }, (): Named => {
      const kind = pick(this.#random, KINDS);
      return this.#random() < 0.7 ? pick(this.#random, names) : { sql: expressions.value(kind, names, 1), kind };
    }).filter(({ sql }) => !/^[-'\d]|^CAST|^DATE|^TIMESTAMP|^TRUE|^FALSE/.test(sql));
    const items = kinds.map((kind) => {
      const own = groups.filter((group) => group.kind === kind);
      return own.length > 0 && this.#random() < 0.6 ? pick(this.#random, own).sql : this.#aggregate(kind, names);
    });
    const by = groups.length === 0 ? '' : ` GROUP BY ${groups.map(({ sql }) => sql).join(', ')}`;
    const having = this.#random() < 0.3 ? ` HAVING ${this.#aggregate('BIGINT', names)} ${pick(this.#random, ['>', '<', '<>'])} 1` : '';
    return `SELECT ${named(items)} ${rest}${by}${having}`;
  }

  #aggregate(kind: Kind, names: readonly Named[]): string {
    const expressions = this.#expressions(0);
    const value = (of: Kind): string => expressions.value(of, names, 1);
    const filter = this.#random() < 0.2 ? ` FILTER (WHERE ${expressions.condition(names, 0)})` : '';
    const extreme = `${pick(this.#random, ['min', 'max'])}(${value(kind)})${filter}`;
    if (kind !== 'BIGINT') return extreme;
    return pick(this.#random, [
      () => `count(*)${filter}`,
      () => `count(${value(pick(this.#random, KINDS))})${filter}`,
      () => `count(DISTINCT ${value(pick(this.#random, KINDS))})${filter}`,
      () => `CAST(sum(${value('INTEGER')} % 1000)${filter} AS BIGINT)`,
      () => extreme,
    ])();
  }

  /** Values that do not tell rows of one rank apart. */
  #window(kind: Kind, { names }: Source): string {
    const expressions = this.#expressions(0);
    const value = (of: Kind): string => expressions.value(of, names, 1);
    const some = (): string => pick(this.#random, names).sql;
    const partition = this.#random() < 0.5 ? `PARTITION BY ${some()} ` : '';
    const over = `OVER (${partition}${this.#random() < 0.6 ? `ORDER BY ${some()}${pick(this.#random, ['', ' DESC'])}` : ''})`;
    if (kind !== 'BIGINT') return `${pick(this.#random, ['min', 'max'])}(${value(kind)}) ${over}`;
    const ranked = `${pick(this.#random, ['rank', 'dense_rank'])}() OVER (${partition}ORDER BY ${some()})`;
    return pick(this.#random, [`count(*) ${over}`, `CAST(sum(${value('INTEGER')} % 1000) ${over} AS BIGINT)`, ranked]);
  }

  #relation(depth: number): Source {
    const alias = this.#alias();
    if (depth > 0 && this.#random() < 0.3) {
      const kinds = this.#kinds();
      const names = kinds.map((kind, index) => ({ sql: `${alias}.x${String(index)}`, kind }));
      return { sql: `(${this.#body(depth - 1, kinds)}) AS ${alias}(${kinds.map((_, index) => `x${String(index)}`).join(', ')})`, names };
    }
    const [common] = this.#common;
    if (common !== undefined && this.#random() < 0.6) {
      return { sql: `${common.sql} AS ${alias}`, names: common.names.map(({ sql, kind }) => ({ sql: `${alias}.${sql}`, kind })) };
    }
    return {
      sql: `${pick(this.#random, TABLE_NAMES)} AS ${alias}`,
      names: TABLE_COLUMN_KINDS.map(([name, kind]) => ({ sql: `${alias}.${name}`, kind })),
    };
  }

  #joined(left: Source, right: Source): Source {
    const names = [...left.names, ...right.names];
    const pairs = left.names.flatMap((one) =>
      right.names.filter((other) => other.kind === one.kind).map((other) => `${one.sql} = ${other.sql}`),
    );
    const roll = this.#random();
    if (pairs.length === 0 || (!this.#plain && roll < 0.08)) return { sql: `${left.sql} CROSS JOIN ${right.sql}`, names };
    const equal = pick(this.#random, pairs);
    if (roll < 0.45) {
      const type = pick(this.#random, OUTER_JOINS);
      const more =
        type === 'FULL' || this.#random() < 0.6
          ? ''
          : ` AND ${this.#expressions(0).condition(type === 'LEFT' ? right.names : left.names, 1)}`;
      return { sql: `${left.sql} ${type} JOIN ${right.sql} ON ${equal}${more}`, names };
    }
    if (!this.#plain && roll < 0.55)
      return { sql: `${left.sql} ${pick(this.#random, ['SEMI', 'ANTI'])} JOIN ${right.sql} ON ${equal}`, names: left.names };
    const more = this.#random() < 0.7 ? '' : ` AND ${this.#expressions(0).condition(names, 1)}`;
    return { sql: `${left.sql} JOIN ${right.sql} ON ${equal}${more}`, names };
  }

  #subqueries(depth: number): SubqueryMaker {
    return {
      column: (kind, outer) => {
        const from = this.#relation(depth);
        const value = this.#expressions(depth).value(kind, from.names, 1);
        return `(SELECT ${value} FROM ${from.sql} WHERE ${this.#expressions(0).condition(this.#beside(from, outer), 1)})`;
      },
      scalar: (kind, outer) => {
        const from = this.#relation(depth);
        const where = `WHERE ${this.#expressions(0).condition(this.#beside(from, outer), 1)}`;
        return `(SELECT ${pick(this.#random, ['min', 'max'])}(${this.#expressions(0).value(kind, from.names, 1)}) FROM ${from.sql} ${where})`;
      },
    };
  }

  #beside(from: Source, outer: readonly Named[]): readonly Named[] {
    return this.#random() < 0.5 || outer.length === 0 ? from.names : [...from.names, pick(this.#random, outer)];
  }
}

const named = (items: readonly string[]): string => items.map((item, index) => `${item} AS x${String(index)}`).join(', ');
