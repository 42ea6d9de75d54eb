import type { Expression } from './expression.ts';
import type { Span } from './identifier.ts';
import type { TypeName } from './type-name.ts';

/** A value written in the text. */
export type Literal = NumberLiteral | StringLiteral | BinaryLiteral | BooleanLiteral | NullLiteral | TypedLiteral | IntervalLiteral;

/** A number with its exact source text; the sign is a Unary around it. */
export interface NumberLiteral {
  readonly kind: 'number-literal';
  readonly text: string;
  /** By its form: `12` is an integer, `1.5` a decimal, `1e3` a double. */
  readonly form: 'integer' | 'decimal' | 'double';
  readonly span: Span;
}

/** `'text'`; adjacent strings are not joined, a backslash is a plain character. */
export interface StringLiteral {
  readonly kind: 'string-literal';
  /** Without quotes, doubled quotes undone. */
  readonly value: string;
  readonly span: Span;
}

/** `X'CAFE'`. */
export interface BinaryLiteral {
  readonly kind: 'binary-literal';
  /** An even number of hexadecimal digits, upper case. */
  readonly hex: string;
  readonly span: Span;
}

/** TRUE or FALSE. */
export interface BooleanLiteral {
  readonly kind: 'boolean-literal';
  readonly value: boolean;
  readonly span: Span;
}

/** NULL. */
export interface NullLiteral {
  readonly kind: 'null-literal';
  readonly span: Span;
}

/** A type before a string: `DATE '2001-01-31'`, `TIMESTAMP '..'`, `DECIMAL '1.50'`. */
export interface TypedLiteral {
  readonly kind: 'typed-literal';
  readonly dataType: TypeName;
  readonly value: string;
  readonly span: Span;
}

/** The units of intervals; the plural is accepted in the text. */
export type IntervalUnit =
  | 'millennium'
  | 'century'
  | 'decade'
  | 'year'
  | 'quarter'
  | 'month'
  | 'week'
  | 'day'
  | 'hour'
  | 'minute'
  | 'second'
  | 'millisecond'
  | 'microsecond'
  | 'nanosecond';

/** `INTERVAL '3' DAY`, `INTERVAL 3 DAY`, `INTERVAL (x + 1) DAY`, `INTERVAL '1-2' YEAR TO MONTH` or `INTERVAL '3 days'`. */
export interface IntervalLiteral {
  readonly kind: 'interval-literal';
  /** A string, a number or, from parentheses, any expression. */
  readonly value: Expression;
  /** Null when the units are inside the string. */
  readonly unit: IntervalUnit | null;
  /** The unit after TO, else null. */
  readonly toUnit: IntervalUnit | null;
  readonly span: Span;
}
