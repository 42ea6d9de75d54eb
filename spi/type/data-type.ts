/** The types of columns and expressions. Each has one canonical SQL name, given by `formatType`.
 *  Units: time and timestamps in microseconds, `timestamp_ns` in nanoseconds from 1677-09-22 to 2262-04-11; `timestamptz` is an instant in UTC,
 *  `timestamp` and `timestamp_ns` a wall clock reading without a zone.
 *  `null` is the type of a bare NULL; `interval` (months, days, microseconds) exists in expressions only and is never stored. */
export type DataType = PrimitiveType | DecimalType | FixedType | ListType | MapType | StructType;

/** A type without arguments. */
export interface PrimitiveType {
  readonly kind: PrimitiveKind;
}

/** Names of the types without arguments. `integer` is 32-bit, `bigint` 64-bit, `real` and `double` are IEEE 754. */
export type PrimitiveKind =
  | 'null'
  | 'boolean'
  | 'integer'
  | 'bigint'
  | 'real'
  | 'double'
  | 'date'
  | 'time'
  | 'timestamp'
  | 'timestamp_ns'
  | 'timestamptz'
  | 'interval'
  | 'varchar'
  | 'varbinary'
  | 'uuid';

/** Exact decimal: precision 1 to 38 digits, scale 0 to precision. */
export interface DecimalType {
  readonly kind: 'decimal';
  readonly precision: number;
  readonly scale: number;
}

/** Byte strings of one length. */
export interface FixedType {
  readonly kind: 'fixed';
  readonly lengthBytes: number;
}

/** Lists; `elementId` is the element's Iceberg field id in stored columns. */
export interface ListType {
  readonly kind: 'list';
  readonly element: DataType;
  readonly elementNullable: boolean;
  readonly elementId?: number;
}

/** Maps; keys are never null. Ids as in `ListType`. */
export interface MapType {
  readonly kind: 'map';
  readonly key: DataType;
  readonly value: DataType;
  readonly valueNullable: boolean;
  readonly keyId?: number;
  readonly valueId?: number;
}

/** Structs of named fields in order. */
export interface StructType {
  readonly kind: 'struct';
  readonly fields: readonly StructField[];
}

/** A field of a struct; `id` is its Iceberg field id in stored columns. */
export interface StructField {
  readonly id?: number;
  readonly name: string;
  readonly type: DataType;
  readonly nullable: boolean;
}
