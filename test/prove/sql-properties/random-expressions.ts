import { pick, type Random } from '../../property/stream-tables.ts';

/** Types of the values that are made, by the names that SQL has for them. */
export const KINDS = ['INTEGER', 'BIGINT', 'DOUBLE', 'VARCHAR', 'DECIMAL(9,2)', 'BOOLEAN', 'DATE', 'TIMESTAMP'] as const;
export type Kind = (typeof KINDS)[number];

/** Something that can be named in an expression. */
export interface Named {
  readonly sql: string;
  readonly kind: Kind;
}

/** Makes a subquery in parentheses that may read the columns given. */
export interface SubqueryMaker {
  /** One column of the kind. */
  column(kind: Kind, outer: readonly Named[]): string;
  /** One row of one column of the kind. */
  scalar(kind: Kind, outer: readonly Named[]): string;
}

/** Some constants of each kind. */
export const CONSTANTS: Readonly<Record<Kind, readonly string[]>> = {
  INTEGER: ['0', '1', '-2', '3'],
  BIGINT: ['CAST(1 AS BIGINT)', '4294967296', '-4294967297'],
  DOUBLE: ['0.25e0', '-1.5e0', '3e0'],
  VARCHAR: ["''", "'a'", "'ab'", "'zz'", "'ä'"],
  'DECIMAL(9,2)': ['0.01', '5.00', '-12.34'],
  BOOLEAN: ['TRUE', 'FALSE'],
  DATE: ["DATE '2000-02-29'", "DATE '2024-01-01'"],
  TIMESTAMP: ["TIMESTAMP '2024-01-01 00:00:00'", "TIMESTAMP '1999-12-31 23:00:00'"],
};
const NUMBERS: readonly Kind[] = ['INTEGER', 'BIGINT', 'DECIMAL(9,2)', 'DOUBLE'];
const COMPARISONS = ['=', '<>', '<', '<=', '>', '>='];

/** Makes random typed expressions of SQL, of a meaning that the platform and DuckDB share, and that leave no range for usual values. */
export class ExpressionMaker {
  readonly #random: Random;
  readonly #subqueries: SubqueryMaker | null;

  constructor(random: Random, subqueries: SubqueryMaker | null) {
    this.#random = random;
    this.#subqueries = subqueries;
  }

  /** Returns a value of a kind, made of the names given. */
  value(kind: Kind, names: readonly Named[], depth: number): string {
    const own = names.filter((name) => name.kind === kind);
    const roll = this.#random();
    if (own.length > 0 && (depth <= 0 || roll < 0.4)) return pick(this.#random, own).sql;
    if (depth <= 0 || roll < 0.5) return this.constant(kind);
    const inner = (of: Kind = kind): string => this.value(of, names, depth - 1);
    if (roll < 0.7) return this.#chosen(kind, names, depth - 1);
    if (roll < 0.74 && this.#subqueries !== null) return this.#subqueries.scalar(kind, names);
    return kind === 'BOOLEAN' ? this.condition(names, depth - 1) : pick(this.#random, OWN_FORMS[kind])(inner);
  }

  /** Returns a condition over the names given. */
  condition(names: readonly Named[], depth: number): string {
    const random = this.#random;
    const kind = pick(random, names.length > 0 && random() < 0.8 ? names.map((name) => name.kind) : KINDS);
    const inner = (of: Kind = kind): string => this.value(of, names, depth - 1);
    const below = (): string => (depth > 0 ? this.condition(names, depth - 1) : this.#compared(inner, kind));
    const forms: readonly (() => string)[] = [
      () => this.#compared(inner, kind),
      () => this.#compared(inner, kind),
      () => `(${below()} AND ${below()})`,
      () => `(${below()} OR ${below()})`,
      () => `(NOT ${below()})`,
      () => `(${inner()} IS ${pick(random, ['', 'NOT '])}NULL)`,
      () => `(${below()} IS ${pick(random, ['', 'NOT '])}${pick(random, ['TRUE', 'FALSE', 'UNKNOWN'])})`,
      () => `(${inner()} IS ${pick(random, ['', 'NOT '])}DISTINCT FROM ${inner()})`,
      () => `(${inner()} ${pick(random, ['', 'NOT '])}BETWEEN ${this.constant(kind)} AND ${inner()})`,
      () => `(${inner()} ${pick(random, ['', 'NOT '])}IN (${this.constant(kind)}, ${pick(random, ['NULL', inner()])}, ${inner()}))`,
      () => `(${inner('VARCHAR')} ${pick(random, ['LIKE', 'NOT LIKE'])} ${pick(random, ["'a%'", "'%b'", "'_'", "'%'", "'A_%'"])})`,
      () => this.#withSubquery(kind, names, inner) ?? below(),
      () =>
        pick(random, [
          'TRUE',
          'FALSE',
          '(1 = 2)',
          'CAST(NULL AS BOOLEAN)',
          "('a' < 'b')",
          '(NULL IS NULL)',
          '(NOT CAST(NULL AS BOOLEAN))',
          '(NULL = 1)',
          below(),
        ]),
    ];
    return pick(random, forms)();
  }

  /** Returns a constant, now and then NULL. */
  constant(kind: Kind): string {
    return this.#random() < 0.12 ? `CAST(NULL AS ${kind})` : pick(this.#random, CONSTANTS[kind]);
  }

  #compared(inner: (of?: Kind) => string, kind: Kind): string {
    const other = NUMBERS.includes(kind) && this.#random() < 0.2 ? pick(this.#random, NUMBERS) : kind;
    return `(${inner()} ${pick(this.#random, COMPARISONS)} ${inner(other)})`;
  }

  /** Forms that every kind has. */
  #chosen(kind: Kind, names: readonly Named[], depth: number): string {
    const inner = (): string => this.value(kind, names, depth);
    const condition = (): string => this.condition(names, depth);
    return pick(this.#random, [
      () => `CASE WHEN ${condition()} THEN ${inner()} ELSE ${inner()} END`,
      () => `CASE WHEN ${condition()} THEN ${inner()} WHEN ${condition()} THEN ${inner()} END`,
      () => `COALESCE(${inner()}, ${inner()})`,
      () => `COALESCE(CAST(NULL AS ${kind}), ${inner()})`,
      () => `NULLIF(${inner()}, ${inner()})`,
      () => `CASE WHEN ${pick(this.#random, ['TRUE', 'FALSE', 'NULL', '(2 > 1)'])} THEN ${inner()} ELSE ${inner()} END`,
    ])();
  }

  #withSubquery(kind: Kind, names: readonly Named[], inner: () => string): string | null {
    if (this.#subqueries === null) return null;
    const not = pick(this.#random, ['', 'NOT ']);
    return this.#random() < 0.5
      ? `(${not}EXISTS ${this.#subqueries.column(kind, names)})`
      : `(${inner()} ${not}IN ${this.#subqueries.column(kind, names)})`;
  }
}

type Form = (inner: (kind?: Kind) => string) => string;

/** Forms that make a value of a kind. */
const OWN_FORMS: Readonly<Record<Exclude<Kind, 'BOOLEAN'>, readonly Form[]>> = {
  INTEGER: [
    (inner) => `(${inner()} % 3)`,
    (inner) => `(${inner()} // -2)`,
    (inner) => `(- (${inner()} % 100))`,
    (inner) => `((${inner()} % 1000) + (1 + 2 * 3))`,
    (inner) => `abs(${inner()} % 1000)`,
    (inner) => `CAST(${inner('BOOLEAN')} AS INTEGER)`,
    (inner) => `TRY_CAST(${inner('VARCHAR')} AS INTEGER)`,
    (inner) => `CAST(${inner('DECIMAL(9,2)')} AS INTEGER)`,
  ],
  BIGINT: [
    (inner) => `(CAST(${inner('INTEGER')} % 1000 AS BIGINT) * 4294967296)`,
    (inner) => `(${inner()} % 1000)`,
    (inner) => `length(${inner('VARCHAR')})`,
    (inner) => `extract(year FROM ${inner('DATE')})`,
    (inner) => `extract(minute FROM ${inner('TIMESTAMP')})`,
    (inner) => `greatest(${inner()}, ${inner('INTEGER')})`,
    (inner) => `(CAST(${inner('INTEGER')} % 100 AS BIGINT) - (5 - 7))`,
    (inner) => `(${inner('DATE')} - DATE '2000-01-01')`,
  ],
  DOUBLE: [
    (inner) => `(${inner()} * 0.5e0)`,
    (inner) => `(- ${inner()})`,
    (inner) => `abs(${inner()})`,
    (inner) => `CAST(${inner('INTEGER')} AS DOUBLE)`,
    (inner) => `(${inner('INTEGER')} / 4)`,
  ],
  VARCHAR: [
    (inner) => `lower(${inner()})`,
    (inner) => `upper(${inner()})`,
    (inner) => `(${inner()} || 'x')`,
    (inner) => `concat(${inner()}, 'y', ${inner()})`,
    (inner) => `substring(${inner()}, 1, 2)`,
    (inner) => `CAST(${inner('INTEGER')} AS VARCHAR)`,
    (inner) => `CAST(${inner('DATE')} AS VARCHAR)`,
    (inner) => `replace(${inner()}, 'a', 'bb')`,
  ],
  'DECIMAL(9,2)': [
    (inner) => `CAST(${inner()} + 1.50 AS DECIMAL(9,2))`,
    (inner) => `(- ${inner()})`,
    (inner) => `CAST(${inner('INTEGER')} % 1000 AS DECIMAL(9,2))`,
    (inner) => `abs(${inner()})`,
  ],
  DATE: [
    (inner) => `(${inner()} + 1)`,
    (inner) => `CAST(${inner('TIMESTAMP')} AS DATE)`,
    (inner) => `CAST(date_trunc('month', ${inner()}) AS DATE)`,
  ],
  TIMESTAMP: [
    (inner) => `CAST(${inner('DATE')} AS TIMESTAMP)`,
    (inner) => `date_trunc('hour', ${inner()})`,
    (inner) => `(${inner()} + INTERVAL 90 MINUTE)`,
    (inner) => `(${inner('DATE')} + INTERVAL 1 MONTH)`,
  ],
};
