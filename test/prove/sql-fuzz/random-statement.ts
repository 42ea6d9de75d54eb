import { FUNCTIONS } from '../../../sql/functions/index.ts';
import { below, pick, type Random } from './random-choice.ts';

const SPELLINGS = FUNCTIONS.flatMap((entry) => entry.spellings);
const TABLES = ['t', 'u', 'n', 'x', 'w', 'main.t', 'information_schema.tables', 'missing'];
const COLUMNS = ['a', 'b', 'c', 'd', 'e', 'ts', 'tz', 'f', 'g', 'x', 'id', 'l', 's', 'm', 's.p', 't.a', 'u.c', 'x.a', '"a"', 'missing'];
const TYPES = [
  'INTEGER',
  'BIGINT',
  'DECIMAL(9, 3)',
  'DOUBLE',
  'VARCHAR',
  'DATE',
  'TIMESTAMP',
  'TIMESTAMPTZ',
  'BOOLEAN',
  'INTEGER[]',
  'STRUCT(p INTEGER)',
];
const LITERALS = [
  '1',
  '0',
  '2.50',
  '1e2',
  '99999999999999999999',
  "'x'",
  "'2001-02-03'",
  'NULL',
  'TRUE',
  "DATE '2001-02-03'",
  "INTERVAL '1' DAY",
  "X'0A'",
  '?',
  '$1',
  ':p',
];
const SIGNS = [
  '+',
  '-',
  '*',
  '/',
  '//',
  '%',
  '||',
  '=',
  '<>',
  '<',
  '>=',
  'AND',
  'OR',
  'LIKE',
  'IS DISTINCT FROM',
  '&',
  '^',
  '<<',
  'SIMILAR TO',
];
const JOINS = ['JOIN', 'LEFT JOIN', 'FULL JOIN', 'CROSS JOIN', 'NATURAL JOIN', 'ASOF JOIN', 'SEMI JOIN', 'ANTI JOIN', ','];

/** Columns of `t`, and relations that bring no column of the same name. */
const TIDY_COLUMNS = ['a', 'b', 'd', 'f', 'a', 'b', 'c', 'e', 'ts', 'g'];
const TIDY_RELATIONS = ['t', 't', 't', 't AS x', 't CROSS JOIN n', '(SELECT * FROM t) AS x', 't, generate_series(1, 3) AS y'];
const TIDY_SHARE = 0.7;

/** Writes statements by productions of the grammar: most with names that exist, the others with names and joins right and wrong alike. */
export class StatementWriter {
  readonly #random: Random;
  readonly #tidy: boolean;

  constructor(random: Random) {
    this.#random = random;
    this.#tidy = random() < TIDY_SHARE;
  }

  /** Returns a statement. */
  statement(): string {
    const query = this.#query(this.#tidy ? 2 : 3);
    return this.#one([
      () => query,
      () => query,
      () => query,
      () => `EXPLAIN ${this.#one([() => '', () => 'ROUTE ', () => 'ANALYZE '])}${query}`,
      () => `INSERT INTO ${this.#table()} ${this.#maybe(() => `(${this.#columns()}) `)}${query}`,
      () => `DELETE FROM ${this.#table()} WHERE ${this.#expression(3)}`,
      () => `UPDATE ${this.#table()} SET ${this.#column()} = ${this.#expression(3)} WHERE ${this.#expression(2)}`,
      () =>
        `MERGE INTO t USING u ON ${this.#expression(2)} WHEN MATCHED THEN UPDATE SET b = ${this.#expression(2)} WHEN NOT MATCHED THEN INSERT (a) VALUES (${this.#expression(2)})`,
      () => `CREATE TABLE made AS ${query}`,
      () => `CREATE VIEW made AS ${query}`,
      () => `CREATE MATERIALIZED VIEW made AS ${query}`,
      () => `CREATE TABLE made (${this.#list(() => `${this.#column()} ${pick(this.#random, TYPES)}`)})`,
      () => `COPY (${query}) TO '${pick(this.#random, ['a.csv', 'a.parquet', ''])}'`,
      () => `PREPARE p AS ${query}`,
      () => `DESCRIBE ${query}`,
    ]);
  }

  #query(depth: number): string {
    const body = this.#body(depth);
    const named = this.#maybe(() => `WITH ${this.#maybe(() => 'RECURSIVE ')}w AS (${this.#query(depth - 1)}) `, 0.15);
    const order = this.#maybe(
      () => ` ORDER BY ${this.#list(() => `${this.#expression(1)}${pick(this.#random, ['', ' DESC', ' NULLS FIRST'])}`)}`,
    );
    return `${named}${body}${order}${this.#maybe(() => ` LIMIT ${this.#expression(0)}`)}${this.#maybe(() => ' OFFSET 1', 0.1)}`;
  }

  #body(depth: number): string {
    if (depth > 1 && this.#chance(0.15)) {
      return `${this.#select(depth - 1)} ${pick(this.#random, ['UNION', 'UNION ALL', 'EXCEPT', 'INTERSECT', 'UNION BY NAME'])} ${this.#select(depth - 1)}`;
    }
    return this.#chance(0.1) ? `VALUES ${this.#list(() => `(${this.#list(() => this.#expression(1))})`)}` : this.#select(depth);
  }

  #select(depth: number): string {
    const items = this.#list(() =>
      this.#one([() => '*', () => 't.*', () => this.#expression(depth), () => `${this.#expression(depth)} AS ${this.#column()}`]),
    );
    const from = this.#maybe(() => ` FROM ${this.#from(depth)}`, 0.9);
    const where = this.#maybe(() => ` WHERE ${this.#expression(depth)}`);
    const group = this.#maybe(
      () =>
        ` GROUP BY ${this.#one([() => 'ALL', () => '1', () => this.#list(() => this.#expression(1)), () => `ROLLUP (${this.#columns()})`])}`,
    );
    const having = this.#maybe(() => ` HAVING ${this.#expression(2)}`, 0.1);
    return `SELECT ${this.#maybe(() => 'DISTINCT ', 0.1)}${items}${from}${where}${group}${having}${this.#maybe(() => ` QUALIFY ${this.#expression(2)}`, 0.1)}`;
  }

  #from(depth: number): string {
    if (this.#tidy) return pick(this.#random, TIDY_RELATIONS);
    const first = this.#relation(depth);
    if (this.#chance(0.6)) return first;
    const join = pick(this.#random, JOINS);
    const condition = this.#maybe(() => this.#one([() => ` ON ${this.#expression(2)}`, () => ' USING (a)']), 0.8);
    return `${first} ${join} ${this.#relation(depth)}${condition}`;
  }

  #relation(depth: number): string {
    return this.#one([
      () => `${this.#table()}${this.#maybe(() => ' AS x')}`,
      () => `${this.#table()}${this.#maybe(() => ' AS x (a, b)')}`,
      () => (depth > 1 ? `${this.#maybe(() => 'LATERAL ')}(${this.#query(depth - 1)}) AS x` : this.#table()),
      () => `generate_series(${this.#expression(1)}, ${this.#expression(1)})`,
      () => `unnest(${this.#expression(2)}) AS x`,
      () => "TABLE(TUMBLE(TABLE t, DESCRIPTOR(ts), INTERVAL '1' HOUR))",
    ]);
  }

  #expression(depth: number): string {
    if (depth <= 0) return this.#chance(0.5) ? this.#column() : pick(this.#random, LITERALS);
    const inner = (): string => this.#expression(depth - 1);
    return this.#one([
      () => this.#column(),
      () => pick(this.#random, LITERALS),
      () => `(${inner()} ${pick(this.#random, SIGNS)} ${inner()})`,
      () => `(${inner()} ${pick(this.#random, SIGNS)} ${inner()})`,
      () => `${pick(this.#random, SPELLINGS)}(${this.#maybe(() => this.#list(inner), 0.9)})`,
      () =>
        `sum(${inner()})${this.#maybe(() => ` FILTER (WHERE ${inner()})`)}${this.#maybe(() => ` OVER (PARTITION BY ${inner()} ORDER BY ${inner()})`)}`,
      () => `${pick(this.#random, ['CAST', 'TRY_CAST'])}(${inner()} AS ${pick(this.#random, TYPES)})`,
      () => `CASE ${this.#maybe(inner)} WHEN ${inner()} THEN ${inner()} ELSE ${inner()} END`,
      () => `(${inner()} BETWEEN ${inner()} AND ${inner()})`,
      () => `(${inner()} IN (${this.#list(inner)}))`,
      () => `(${inner()} IN (${this.#query(depth - 1)}))`,
      () => `(SELECT max(${inner()}) FROM u WHERE u.a = ${inner()})`,
      () => `EXISTS (${this.#query(depth - 1)})`,
      () => `(${inner()} IS ${this.#maybe(() => 'NOT ')}${pick(this.#random, ['NULL', 'TRUE', 'UNKNOWN'])})`,
      () => `(NOT ${inner()})`,
      () => `[${this.#list(inner)}]`,
      () => `{'p': ${inner()}}`,
      () => `MAP {${inner()}: ${inner()}}`,
      () => `${inner()}[${inner()}]`,
      () => `list_transform(${inner()}, v -> ${inner()})`,
    ]);
  }

  #table(): string {
    return this.#tidy ? 't' : pick(this.#random, TABLES);
  }

  #column(): string {
    return pick(this.#random, this.#tidy ? TIDY_COLUMNS : COLUMNS);
  }

  #columns(): string {
    return this.#list(() => this.#column());
  }

  #list(item: () => string): string {
    return Array.from({ length: 1 + below(this.#random, 3) }, item).join(', ');
  }

  #maybe(text: () => string, share = 0.3): string {
    return this.#chance(share) ? text() : '';
  }

  #chance(share: number): boolean {
    return this.#random() < share;
  }

  #one(productions: readonly (() => string)[]): string {
    return pick(this.#random, productions)();
  }
}
