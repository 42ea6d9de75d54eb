import {
  Binary,
  Bool,
  type DataType,
  DateDay,
  Decimal,
  Field,
  FixedSizeBinary,
  FixedSizeList,
  Float32,
  Float64,
  Int8,
  Int16,
  Int32,
  Int64,
  IntervalMonthDayNano,
  LargeBinary,
  LargeUtf8,
  List,
  Map_,
  Null,
  Struct,
  TimeMicrosecond,
  TimestampMicrosecond,
  TimestampMillisecond,
  TimestampNanosecond,
  TimestampSecond,
  Uint8,
  Uint16,
  Uint32,
  Uint64,
  Utf8,
} from 'apache-arrow';
import koffi from 'koffi';
import { PlatformError } from '../../spi/index.ts';
import type { Pointer } from './native-library.ts';

/** Bytes of `struct ArrowSchema` of the C data interface. */
export const ARROW_SCHEMA_BYTES = 72;

const FLAG_NULLABLE = 2;
const POINTER_BYTES = 8;

const PLAIN_TYPES: Readonly<Record<string, () => DataType>> = {
  n: () => new Null(),
  b: () => new Bool(),
  c: () => new Int8(),
  C: () => new Uint8(),
  s: () => new Int16(),
  S: () => new Uint16(),
  i: () => new Int32(),
  I: () => new Uint32(),
  l: () => new Int64(),
  L: () => new Uint64(),
  f: () => new Float32(),
  g: () => new Float64(),
  u: () => new Utf8(),
  U: () => new LargeUtf8(),
  z: () => new Binary(),
  Z: () => new LargeBinary(),
  tdD: () => new DateDay(),
  ttu: () => new TimeMicrosecond(),
  tin: () => new IntervalMonthDayNano(),
};

function pointerAt(address: Pointer, offset: number): Pointer | null {
  return koffi.decode(address, offset, 'void *') as Pointer | null;
}

function textAt(address: Pointer, offset: number): string {
  const text = pointerAt(address, offset);
  return text === null ? '' : koffi.decode.string(text);
}

function parameterizedType(format: string, children: Field[]): DataType | undefined {
  const [head = '', tail = ''] = format.split(':', 2);
  const timestamps: Readonly<Record<string, new (timezone?: string | null) => DataType>> = {
    tss: TimestampSecond,
    tsm: TimestampMillisecond,
    tsu: TimestampMicrosecond,
    tsn: TimestampNanosecond,
  };
  const Timestamp = timestamps[head];
  // The platform's sessions are in UTC, whatever DuckDB calls it.
  if (Timestamp !== undefined) return new Timestamp(tail === '' ? null : 'UTC');
  const [first] = children;
  if (head === 'd') {
    const [precision = 0, scale = 0, bits = 128] = tail.split(',').map(Number);
    return new Decimal(scale, precision, bits);
  }
  if (head === 'w') return new FixedSizeBinary(Number(tail));
  if (format === '+s') return new Struct(children);
  if (format === '+l' && first !== undefined) return new List(new Field('element', first.type, first.nullable));
  if (head === '+w' && first !== undefined) return new FixedSizeList(Number(tail), new Field('element', first.type, first.nullable));
  if (format === '+m' && first !== undefined) return new Map_(first as Field<Struct<{ key: DataType; value: DataType }>>);
  return undefined;
}

/** Returns the field that a `struct ArrowSchema` describes.
 *  @throws ENGINE_UNSUPPORTED for a type that frames do not carry (dictionaries, unions, views). */
export function readSchemaStruct(address: Pointer): Field {
  const format = textAt(address, 0);
  const name = textAt(address, 8);
  const nullable = (Number(koffi.decode(address, 24, 'int64')) & FLAG_NULLABLE) !== 0;
  const childCount = Number(koffi.decode(address, 32, 'int64'));
  const childPointers = pointerAt(address, 40);
  const children: Field[] = [];
  for (let index = 0; index < childCount && childPointers !== null; index += 1) {
    const child = pointerAt(childPointers, index * POINTER_BYTES);
    if (child !== null) children.push(readSchemaStruct(child));
  }
  const type = pointerAt(address, 48) === null ? (PLAIN_TYPES[format]?.() ?? parameterizedType(format, children)) : undefined;
  if (type === undefined) {
    throw new PlatformError('ENGINE_UNSUPPORTED', `column "${name}" has the Arrow type "${format}", which results cannot carry`, {
      hint: 'Cast the column to a type of the platform.',
    });
  }
  return new Field(name, type, nullable);
}
