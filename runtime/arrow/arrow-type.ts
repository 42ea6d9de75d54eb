import {
  Binary,
  Bool,
  type DataType as ArrowType,
  DateDay,
  Decimal,
  Field,
  Float32,
  Float64,
  Int32,
  Int64,
  IntervalMonthDayNano,
  List,
  Map_,
  Null,
  Struct,
  TimeMicrosecond,
  TimestampMicrosecond,
  TimestampNanosecond,
  Utf8,
} from 'apache-arrow';
import type { DataType } from '../../spi/index.ts';

/** Returns the name of an Arrow type for messages. */
export function describeType(type: ArrowType): string {
  return (type as { toString(): string }).toString();
}

/** Returns the Arrow type in which frames carry values of a type: plain types with 32-bit offsets; uuid as text. */
export function arrowType(type: DataType): ArrowType {
  switch (type.kind) {
    case 'null':
      return new Null();
    case 'boolean':
      return new Bool();
    case 'integer':
      return new Int32();
    case 'bigint':
      return new Int64();
    case 'real':
      return new Float32();
    case 'double':
      return new Float64();
    case 'date':
      return new DateDay();
    case 'time':
      return new TimeMicrosecond();
    case 'timestamp':
      return new TimestampMicrosecond();
    case 'timestamp_ns':
      return new TimestampNanosecond();
    case 'timestamptz':
      return new TimestampMicrosecond('UTC');
    case 'interval':
      return new IntervalMonthDayNano();
    case 'varchar':
    case 'uuid':
      return new Utf8();
    case 'varbinary':
    case 'fixed':
      return new Binary();
    case 'decimal':
      return new Decimal(type.scale, type.precision, 128);
    case 'list':
      return new List(new Field('element', arrowType(type.element), true));
    case 'map': {
      const entries = new Struct([new Field('key', arrowType(type.key), false), new Field('value', arrowType(type.value), true)]);
      return new Map_(new Field('entries', entries as Struct<{ key: ArrowType; value: ArrowType }>, false));
    }
    case 'struct':
      return new Struct(type.fields.map((field) => new Field(field.name, arrowType(field.type), true)));
  }
}
