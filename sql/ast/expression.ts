import type { FunctionCall } from './function-call.ts';
import type { Identifier, QualifiedName, Span } from './identifier.ts';
import type { Literal } from './literal.ts';
import type { Query } from './query.ts';
import type { TypeName } from './type-name.ts';

/** Any expression. Parentheses leave no node; they show in the shape of the tree. */
export type Expression =
  | Literal
  | Parameter
  | ColumnReference
  | Unary
  | Binary
  | Logical
  | Not
  | IsNull
  | IsTruth
  | IsDistinct
  | Between
  | Like
  | InList
  | InSubquery
  | QuantifiedSubquery
  | QuantifiedList
  | Exists
  | ScalarSubquery
  | ListSubquery
  | Case
  | Cast
  | Extract
  | AtTimeZone
  | Collate
  | List
  | Struct
  | MapConstructor
  | Row
  | Subscript
  | Slice
  | FieldAccess
  | Lambda
  | FunctionCall
  | DefaultValue;

/** A place for a value given at execution. */
export type Parameter = NumberedParameter | NamedParameter;

/** `?` (index = its place among all `?`) or `$1`. */
export interface NumberedParameter {
  readonly kind: 'numbered-parameter';
  /** From 1. */
  readonly index: number;
  /** True for `?`. One statement uses either `?` or numbers, the binder checks that. */
  readonly anonymous: boolean;
  readonly span: Span;
}

/** `$name` or `:name`. */
export interface NamedParameter {
  readonly kind: 'named-parameter';
  readonly name: string;
  readonly span: Span;
}

/** `a`, `t.a`, `s.t.a` or `t.a.field`: which parts qualify and which are struct fields is for the binder. */
export interface ColumnReference {
  readonly kind: 'column-reference';
  /** At least one. */
  readonly parts: readonly Identifier[];
  readonly span: Span;
}

/** `-x`, `+x` or `~x`. The literal of the smallest BIGINT is a unary minus over the number 9223372036854775808. */
export interface Unary {
  readonly kind: 'unary';
  readonly operator: '-' | '+' | '~';
  readonly operand: Expression;
  readonly span: Span;
}

/** `!=` is written `<>`, `==` is written `=`, `**` is written `^` (power); `//` is integer division. */
export type ComparisonOperator = '=' | '<>' | '<' | '<=' | '>' | '>=';

/** Operators of two operands except AND and OR. */
export type BinaryOperator = ComparisonOperator | '+' | '-' | '*' | '/' | '//' | '%' | '^' | '||' | '&' | '|' | '<<' | '>>' | '->' | '->>';

/** An operator of two operands. Chains are left-deep and at most about a thousand levels high. */
export interface Binary {
  readonly kind: 'binary';
  readonly operator: BinaryOperator;
  readonly left: Expression;
  readonly right: Expression;
  readonly span: Span;
}

/** An AND or OR chain, kept flat; it may have 100,000 operands. */
export interface Logical {
  readonly kind: 'logical';
  readonly operator: 'and' | 'or';
  /** At least two. One of the same operator is a chain that stood in parentheses. */
  readonly operands: readonly Expression[];
  readonly span: Span;
}

/** `NOT x`. `NOT EXISTS (...)` is a Not over an Exists. */
export interface Not {
  readonly kind: 'not';
  readonly operand: Expression;
  readonly span: Span;
}

/** `x IS [NOT] NULL`. */
export interface IsNull {
  readonly kind: 'is-null';
  readonly operand: Expression;
  readonly negated: boolean;
  readonly span: Span;
}

/** `x IS [NOT] TRUE | FALSE | UNKNOWN`. */
export interface IsTruth {
  readonly kind: 'is-truth';
  readonly operand: Expression;
  readonly truth: 'true' | 'false' | 'unknown';
  readonly negated: boolean;
  readonly span: Span;
}

/** `x IS [NOT] DISTINCT FROM y`. */
export interface IsDistinct {
  readonly kind: 'is-distinct';
  readonly left: Expression;
  readonly right: Expression;
  /** True for IS NOT DISTINCT FROM (equal, NULL being equal to NULL). */
  readonly negated: boolean;
  readonly span: Span;
}

/** `x [NOT] BETWEEN low AND high`. */
export interface Between {
  readonly kind: 'between';
  readonly operand: Expression;
  readonly low: Expression;
  readonly high: Expression;
  readonly negated: boolean;
  readonly span: Span;
}

/** `x [NOT] LIKE | ILIKE | SIMILAR TO pattern [ESCAPE e]`. */
export interface Like {
  readonly kind: 'like';
  readonly operator: 'like' | 'ilike' | 'similar';
  readonly operand: Expression;
  readonly pattern: Expression;
  readonly escape: Expression | null;
  readonly negated: boolean;
  readonly span: Span;
}

/** `x [NOT] IN (v, ...)`; row values are Row nodes on both sides. */
export interface InList {
  readonly kind: 'in-list';
  readonly operand: Expression;
  /** At least one. */
  readonly values: readonly Expression[];
  readonly negated: boolean;
  readonly span: Span;
}

/** `x [NOT] IN (query)`. */
export interface InSubquery {
  readonly kind: 'in-subquery';
  readonly operand: Expression;
  readonly query: Query;
  readonly negated: boolean;
  readonly span: Span;
}

/** `x = ANY (query)`, `x < ALL (query)`; SOME is ANY. */
export interface QuantifiedSubquery {
  readonly kind: 'quantified-subquery';
  readonly operator: ComparisonOperator;
  readonly quantifier: 'any' | 'all';
  readonly left: Expression;
  readonly query: Query;
  readonly span: Span;
}

/** `x = ANY (list)`: the same over the elements of a list value. */
export interface QuantifiedList {
  readonly kind: 'quantified-list';
  readonly operator: ComparisonOperator;
  readonly quantifier: 'any' | 'all';
  readonly left: Expression;
  readonly list: Expression;
  readonly span: Span;
}

/** `EXISTS (query)`. */
export interface Exists {
  readonly kind: 'exists';
  readonly query: Query;
  readonly span: Span;
}

/** `(query)` where a value stands. */
export interface ScalarSubquery {
  readonly kind: 'scalar-subquery';
  readonly query: Query;
  readonly span: Span;
}

/** `ARRAY(query)`. */
export interface ListSubquery {
  readonly kind: 'list-subquery';
  readonly query: Query;
  readonly span: Span;
}

/** `CASE [operand] WHEN .. THEN .. [ELSE ..] END`. */
export interface Case {
  readonly kind: 'case';
  /** Null in the searched form, where the branches' `when` are conditions. */
  readonly operand: Expression | null;
  /** At least one. */
  readonly branches: readonly CaseBranch[];
  readonly otherwise: Expression | null;
  readonly span: Span;
}

/** One WHEN .. THEN .. of a CASE. */
export interface CaseBranch {
  readonly kind: 'case-branch';
  readonly when: Expression;
  readonly then: Expression;
  readonly span: Span;
}

/** `CAST(x AS t)`, `x::t`, or `TRY_CAST(x AS t)`. */
export interface Cast {
  readonly kind: 'cast';
  readonly operand: Expression;
  readonly dataType: TypeName;
  /** True for TRY_CAST: NULL instead of an error. */
  readonly safe: boolean;
  readonly span: Span;
}

/** `EXTRACT(field FROM x)`. */
export interface Extract {
  readonly kind: 'extract';
  /** Lower case, as written otherwise (`year`, `dow`, `epoch`). */
  readonly field: string;
  readonly operand: Expression;
  readonly span: Span;
}

/** `x AT TIME ZONE zone`. */
export interface AtTimeZone {
  readonly kind: 'at-time-zone';
  readonly operand: Expression;
  readonly zone: Expression;
  readonly span: Span;
}

/** `x COLLATE name`. */
export interface Collate {
  readonly kind: 'collate';
  readonly operand: Expression;
  readonly collation: QualifiedName;
  readonly span: Span;
}

/** `[a, b]` or `ARRAY[a, b]`. */
export interface List {
  readonly kind: 'list';
  readonly elements: readonly Expression[];
  readonly span: Span;
}

/** `{'a': 1, b: 2}`. */
export interface Struct {
  readonly kind: 'struct';
  readonly fields: readonly StructField[];
  readonly span: Span;
}

/** One field of a struct value; a name written as a string is a quoted identifier. */
export interface StructField {
  readonly kind: 'struct-field';
  readonly name: Identifier;
  readonly value: Expression;
  readonly span: Span;
}

/** `MAP {k: v, ...}`. */
export interface MapConstructor {
  readonly kind: 'map';
  readonly entries: readonly MapEntry[];
  readonly span: Span;
}

/** One entry of a map value. */
export interface MapEntry {
  readonly kind: 'map-entry';
  readonly key: Expression;
  readonly value: Expression;
  readonly span: Span;
}

/** `ROW(a, ...)` or `(a, b, ...)`. */
export interface Row {
  readonly kind: 'row';
  readonly elements: readonly Expression[];
  readonly span: Span;
}

/** `x[i]`. */
export interface Subscript {
  readonly kind: 'subscript';
  readonly operand: Expression;
  readonly index: Expression;
  readonly span: Span;
}

/** `x[from:to]`, either end may be absent. */
export interface Slice {
  readonly kind: 'slice';
  readonly operand: Expression;
  readonly from: Expression | null;
  readonly to: Expression | null;
  readonly span: Span;
}

/** `(x).field` or `f(x).field`; a dotted name is a ColumnReference instead. */
export interface FieldAccess {
  readonly kind: 'field-access';
  readonly operand: Expression;
  readonly field: Identifier;
  readonly span: Span;
}

/** `x -> body` or `(x, y) -> body`; stands only as the argument of a function. */
export interface Lambda {
  readonly kind: 'lambda';
  readonly parameters: readonly Identifier[];
  readonly body: Expression;
  readonly span: Span;
}

/** `DEFAULT`, only in rows of INSERT and assignments of UPDATE and SET. */
export interface DefaultValue {
  readonly kind: 'default-value';
  readonly span: Span;
}
