import { type Data, Field, makeData, RecordBatch, RecordBatchStreamWriter, Schema, Struct } from 'apache-arrow';
import { arrowType, readFrames } from '../../runtime/arrow/index.ts';
import type { DataType } from '../../spi/index.ts';
import type { Value } from './value.ts';

/** A column to be encoded. */
export interface EncodedField {
  readonly name: string;
  readonly type: DataType;
}

/** Returns rows as Arrow IPC messages: the schema, then one record batch, without the end marker.
 *  Shape: rows by position of the fields. */
export function encodeValues(fields: readonly EncodedField[], rows: readonly (readonly Value[])[]): readonly Uint8Array[] {
  const columns = fields.map(({ type }, index) =>
    encodeColumn(
      type,
      rows.map((row) => row[index] ?? null),
    ),
  );
  return encodeColumns(fields, columns, rows.length);
}

/** Returns columns of equal lengths as Arrow IPC messages, like `encodeValues`. */
export function encodeColumns(fields: readonly EncodedField[], columns: readonly Data[], length: number): readonly Uint8Array[] {
  const schema = new Schema(fields.map(({ name, type }) => new Field(name, arrowType(type), true)));
  const batch = new RecordBatch(schema, makeData({ type: new Struct(schema.fields), length, nullCount: 0, children: [...columns] }));
  const writer = new RecordBatchStreamWriter();
  writer.reset(undefined, schema);
  writer.write(batch);
  writer.finish();
  return readFrames(writer.toUint8Array(true));
}

function encodeColumn(type: DataType, values: readonly Value[]): Data {
  const length = values.length;
  const nullBitmap = bitmap(values.map((value) => value !== null));
  const nullCount = values.filter((value) => value === null).length;
  const common = { type: arrowType(type), length, nullCount, nullBitmap };
  // What parts a type has is known to the branches below, not to the compiler.
  const make = makeData as unknown as (parts: object) => Data;
  const data = (parts: object): Data => make({ ...common, ...parts });
  switch (type.kind) {
    case 'boolean':
      return data({ data: bitmap(values.map((value) => value === true)) });
    case 'integer':
    case 'date':
      return data({ data: Int32Array.from(values, (value) => Number(value ?? 0)) });
    case 'real':
      return data({ data: Float32Array.from(values, (value) => Number(value ?? 0)) });
    case 'double':
      return data({ data: Float64Array.from(values, (value) => Number(value ?? 0)) });
    case 'decimal':
      return data({ data: decimalWords(values) });
    case 'varchar':
    case 'uuid':
    case 'varbinary':
    case 'fixed':
      return data(bytesParts(values));
    case 'list': {
      const lists = values.map((value) => (value ?? []) as readonly Value[]);
      return data({ valueOffsets: offsetsOf(lists), child: encodeColumn(type.element, lists.flat(1)) });
    }
    case 'map': {
      const maps = values.map((value) => (value ?? []) as readonly (readonly Value[])[]);
      const entries: DataType = {
        kind: 'struct',
        fields: [
          { name: 'key', type: type.key, nullable: false },
          { name: 'value', type: type.value, nullable: true },
        ],
      };
      return data({ valueOffsets: offsetsOf(maps), child: encodeColumn(entries, maps.flat(1)) });
    }
    case 'struct':
      return data({
        children: type.fields.map((field, index) =>
          encodeColumn(
            field.type,
            values.map((value) => (value === null ? null : ((value as readonly Value[])[index] ?? null))),
          ),
        ),
      });
    default:
      return data({ data: BigInt64Array.from(values, (value) => (value ?? 0n) as bigint) });
  }
}

function bitmap(flags: readonly boolean[]): Uint8Array {
  const bytes = new Uint8Array(((flags.length + 63) >> 6) << 3);
  flags.forEach((flag, index) => {
    if (flag) bytes[index >> 3] = (bytes[index >> 3] ?? 0) | (1 << (index & 7));
  });
  return bytes;
}

function bytesParts(values: readonly Value[]): object {
  const parts = values.map((value) => (value instanceof Uint8Array ? value : Buffer.from(typeof value === 'string' ? value : '', 'utf8')));
  const valueOffsets = new Int32Array(values.length + 1);
  parts.forEach((part, index) => {
    valueOffsets[index + 1] = (valueOffsets[index] ?? 0) + part.byteLength;
  });
  return { valueOffsets, data: new Uint8Array(Buffer.concat(parts)) };
}

function offsetsOf(lists: readonly (readonly unknown[])[]): Int32Array {
  const offsets = new Int32Array(lists.length + 1);
  lists.forEach((list, index) => {
    offsets[index + 1] = (offsets[index] ?? 0) + list.length;
  });
  return offsets;
}

/** Little-endian two's complement of 128 bits. */
function decimalWords(values: readonly Value[]): Uint32Array {
  const words = new Uint32Array(values.length * 4);
  values.forEach((value, index) => {
    let rest = BigInt.asUintN(128, (value ?? 0n) as bigint);
    for (let word = 0; word < 4; word += 1) {
      words[index * 4 + word] = Number(rest & 0xffffffffn);
      rest >>= 32n;
    }
  });
  return words;
}
