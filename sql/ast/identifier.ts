/** The half-open range [start, end) of the statement's text from which a node was read.
 *  Units: UTF-16 code units from 0. Parentheses around an expression are outside its span. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

/** One part of a name, as written. Unquoted identifiers match case-insensitively; the case is kept. */
export interface Identifier {
  readonly kind: 'identifier';
  /** Without quotes, doubled quotes undone. */
  readonly name: string;
  readonly quoted: boolean;
  readonly span: Span;
}

/** A dotted name of one or more parts, outermost first, of a table, view, schema, function or setting. */
export interface QualifiedName {
  readonly kind: 'qualified-name';
  readonly parts: readonly Identifier[];
  readonly span: Span;
}
