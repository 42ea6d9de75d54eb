import type { KeyedBytes } from './keyed-bytes.ts';

/** An Avro value; a `long` that is encoded is a bigint, every `bytes` and `fixed` a Uint8Array, unions are bare. */
export type AvroValue = null | boolean | number | bigint | string | Uint8Array | KeyedBytes | readonly AvroValue[] | AvroRecord;

/** An Avro record by field name. */
export interface AvroRecord {
  readonly [name: string]: AvroValue;
}
