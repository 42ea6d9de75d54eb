import type { DataType } from '../../spi/index.ts';
import type { MeaningWriter } from './meaning-writer.ts';

const TYPE_CODES: Readonly<Record<DataType['kind'], number>> = {
  null: 1,
  boolean: 2,
  integer: 3,
  bigint: 4,
  real: 5,
  double: 6,
  date: 7,
  time: 8,
  timestamp: 9,
  timestamptz: 10,
  interval: 11,
  varchar: 12,
  varbinary: 13,
  uuid: 14,
  decimal: 15,
  fixed: 16,
  list: 17,
  map: 18,
  struct: 19,
  timestamp_ns: 20,
};

/** Writes a type; whether parts of it may be NULL, and field ids, are left out, as in its name. */
export function writeType(writer: MeaningWriter, type: DataType): void {
  writer.number(TYPE_CODES[type.kind]);
  switch (type.kind) {
    case 'decimal':
      writer.number(type.precision);
      writer.number(type.scale);
      return;
    case 'fixed':
      writer.number(type.lengthBytes);
      return;
    case 'list':
      writeType(writer, type.element);
      return;
    case 'map':
      writeType(writer, type.key);
      writeType(writer, type.value);
      return;
    case 'struct':
      writer.number(type.fields.length);
      for (const field of type.fields) {
        writer.text(field.name);
        writeType(writer, field.type);
      }
      return;
    default:
  }
}
