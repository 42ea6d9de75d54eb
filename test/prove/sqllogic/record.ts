/** How the rows of a result are put in order before they are compared. */
export type SortMode = 'nosort' | 'rowsort' | 'valuesort';

/** The letters of a query record's types: whole numbers, other numbers, anything else. */
export type TypeLetter = 'I' | 'R' | 'T';

/** What a file asks an engine to leave out or to do alone. */
export interface Condition {
  readonly kind: 'skipif' | 'onlyif';
  readonly engine: string;
}

/** What every record carries. */
export interface RecordPlace {
  /** Line of the file on which the record's own line stands, from 1. */
  readonly line: number;
  /** Texts of the comments right above the record, without `#`. */
  readonly comments: readonly string[];
  readonly conditions: readonly Condition[];
}

/** A statement that must succeed, fail, or change so many rows. */
export interface StatementRecord extends RecordPlace {
  readonly kind: 'statement';
  readonly sql: string;
  readonly outcome:
    | { readonly kind: 'ok' }
    | { readonly kind: 'count'; readonly rows: number }
    /** A null code stands for any; a null message for any. */
    | { readonly kind: 'error'; readonly code: string | null; readonly message: string | null };
}

/** The values that a query must give. */
export type ExpectedValues =
  | { readonly kind: 'values'; readonly lines: readonly string[] }
  /** MD5 of all values, each followed by a line feed. */
  | { readonly kind: 'hash'; readonly count: number; readonly md5: string };

/** A query with its rows. */
export interface QueryRecord extends RecordPlace {
  readonly kind: 'query';
  readonly sql: string;
  readonly types: readonly TypeLetter[];
  readonly sort: SortMode;
  /** Queries of one label must give the same values; null for none. */
  readonly label: string | null;
  readonly expected: ExpectedValues;
}

/** One record of a file. */
export type SqlLogicRecord = StatementRecord | QueryRecord;
