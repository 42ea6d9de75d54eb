import type { Identifier, Span } from './identifier.ts';

/** A data type as written; whether it exists is the binder's question. */
export type TypeName = NamedType | ListType | StructType | MapType;

/** A type named by words, such as `BIGINT`, `DECIMAL(10, 2)` or `TIMESTAMP(3) WITH TIME ZONE`. */
export interface NamedType {
  readonly kind: 'named-type';
  /** Upper case, words separated by one space, without parameters (`TIMESTAMP WITH TIME ZONE`). */
  readonly name: string;
  readonly parameters: readonly number[];
  readonly span: Span;
}

/** `T[]`, `T[3]`, `ARRAY<T>`, `ARRAY(T)` or `LIST(T)`. */
export interface ListType {
  readonly kind: 'list-type';
  readonly element: TypeName;
  /** Number of elements of a fixed-size array, else null. */
  readonly size: number | null;
  readonly span: Span;
}

/** `STRUCT(a T, ...)`, `STRUCT<a: T, ...>`, `ROW(a T, ...)` or `ROW<a T, ...>`. */
export interface StructType {
  readonly kind: 'struct-type';
  readonly fields: readonly StructTypeField[];
  readonly span: Span;
}

/** One field of a struct type. */
export interface StructTypeField {
  readonly kind: 'struct-type-field';
  readonly name: Identifier;
  readonly dataType: TypeName;
  readonly span: Span;
}

/** `MAP(K, V)` or `MAP<K, V>`. */
export interface MapType {
  readonly kind: 'map-type';
  readonly key: TypeName;
  readonly value: TypeName;
  readonly span: Span;
}
