import type { Expression } from './expression.ts';
import type { Identifier, QualifiedName, Span } from './identifier.ts';

/** A call of a scalar, aggregate or window function.
 *  Forms with words become plain calls: `SUBSTRING(a FROM b FOR c)` is substring(a, b, c), `POSITION(a IN b)` is position(a, b),
 *  `TRIM(LEADING x FROM y)` is ltrim(y, x), `TRIM(TRAILING x FROM y)` is rtrim(y, x), `OVERLAY(a PLACING b FROM c FOR d)` is
 *  overlay(a, b, c, d), and `CURRENT_DATE` without parentheses is current_date(). */
export interface FunctionCall {
  readonly kind: 'function-call';
  readonly name: QualifiedName;
  readonly arguments: readonly FunctionArgument[];
  /** True for `count(*)`; then there are no arguments. */
  readonly star: boolean;
  readonly distinct: boolean;
  /** ORDER BY inside the parentheses. */
  readonly orderBy: readonly SortItem[];
  readonly withinGroup: readonly SortItem[];
  readonly filter: Expression | null;
  readonly nullTreatment: 'ignore' | 'respect' | null;
  readonly over: WindowName | WindowSpecification | null;
  readonly span: Span;
}

/** One argument, named when written `name => value` or `name := value`. */
export interface FunctionArgument {
  readonly kind: 'function-argument';
  readonly name: Identifier | null;
  readonly value: Expression;
  readonly span: Span;
}

/** One key of an ORDER BY. */
export interface SortItem {
  readonly kind: 'sort-item';
  readonly expression: Expression;
  readonly direction: 'ascending' | 'descending';
  /** Null when the text leaves it to the session. */
  readonly nulls: 'first' | 'last' | null;
  readonly span: Span;
}

/** `OVER name`. */
export interface WindowName {
  readonly kind: 'window-name';
  readonly name: Identifier;
  readonly span: Span;
}

/** `OVER ([base] PARTITION BY .. ORDER BY .. frame)`. */
export interface WindowSpecification {
  readonly kind: 'window-specification';
  /** The named window that this one extends. */
  readonly base: Identifier | null;
  readonly partitionBy: readonly Expression[];
  readonly orderBy: readonly SortItem[];
  readonly frame: WindowFrame | null;
  readonly span: Span;
}

/** `ROWS | RANGE | GROUPS BETWEEN start AND end EXCLUDE ..`. */
export interface WindowFrame {
  readonly kind: 'window-frame';
  readonly unit: 'rows' | 'range' | 'groups';
  readonly start: FrameBound;
  /** Null in the short form `ROWS start`, which ends at the current row. */
  readonly end: FrameBound | null;
  readonly exclude: 'no-others' | 'current-row' | 'group' | 'ties' | null;
  readonly span: Span;
}

/** One end of a window frame. */
export interface FrameBound {
  readonly kind: 'frame-bound';
  readonly bound: 'unbounded-preceding' | 'preceding' | 'current-row' | 'following' | 'unbounded-following';
  /** Present for `preceding` and `following`, else null. */
  readonly offset: Expression | null;
  readonly span: Span;
}
