import { type Data, DataType } from 'apache-arrow';
import { ByteWriter } from './byte-writer.ts';
import { jsonValueWriter } from './json-value-writer.ts';
import { columnWriter, type ValueWriter } from './value-writer.ts';

function presentWriter(data: Data, typeName: string): ValueWriter {
  const column = columnWriter(data, typeName);
  if (column.kind === 'bytes') {
    const { bytes, offsets } = column;
    return (out, index) => {
      out.csvField(bytes, Number(offsets[index] ?? 0), Number(offsets[index + 1] ?? 0));
    };
  }
  if (column.kind !== 'nested') return column.write;
  const json = jsonValueWriter(data, typeName);
  const buffer = new ByteWriter(256);
  return (out, index) => {
    buffer.reset();
    json(buffer, index);
    out.csvField(buffer.written(), 0, buffer.length);
  };
}

/** Returns a function that writes the values of a column as CSV fields: nothing for NULL, `""` for an empty text, nested values as JSON. */
export function csvValueWriter(data: Data, typeName: string): ValueWriter {
  if (DataType.isNull(data.type)) return () => undefined;
  const write = presentWriter(data, typeName);
  if (data.nullCount === 0) return write;
  const { nullBitmap: bitmap, offset } = data;
  return (out, index) => {
    if ((((bitmap[(index + offset) >> 3] ?? 0xff) >> ((index + offset) & 7)) & 1) === 1) write(out, index);
  };
}
