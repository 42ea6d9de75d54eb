import { type Data, DataType } from 'apache-arrow';
import type { ByteWriter } from './byte-writer.ts';
import { columnWriter, type ValueWriter } from './value-writer.ts';

const QUOTE = 0x22;
const COMMA = 0x2c;
const COLON = 0x3a;

function separated(out: ByteWriter, count: number, write: (position: number) => void): void {
  for (let position = 0; position < count; position += 1) {
    if (position > 0) out.byte(COMMA);
    write(position);
  }
}

function rangeOf(data: Data, index: number): readonly [number, number] {
  if (DataType.isFixedSizeList(data.type)) return [index * data.type.listSize, (index + 1) * data.type.listSize];
  const offsets = data.valueOffsets as ArrayLike<number>;
  return [offsets[index] ?? 0, offsets[index + 1] ?? 0];
}

function structWriter(data: Data): ValueWriter {
  const names = (data.type as { readonly children: readonly { readonly name: string }[] }).children.map(
    (child) => `${JSON.stringify(child.name)}:`,
  );
  const children = data.children.map((child) => jsonValueWriter(child, ''));
  return (out, index) => {
    out.byte(0x7b);
    separated(out, names.length, (position) => {
      out.text(names[position] ?? '');
      children[position]?.(out, index);
    });
    out.byte(0x7d);
  };
}

/** Maps with text keys are objects, others lists of pairs. */
function mapWriter(data: Data): ValueWriter {
  const [keyData, valueData] = data.children[0]?.children ?? [];
  if (keyData === undefined || valueData === undefined) return () => undefined;
  const key = jsonValueWriter(keyData, '');
  const value = jsonValueWriter(valueData, '');
  const asObject = DataType.isUtf8(keyData.type) || DataType.isLargeUtf8(keyData.type);
  return (out, index) => {
    const [start, end] = rangeOf(data, index);
    out.byte(asObject ? 0x7b : 0x5b);
    separated(out, end - start, (position) => {
      if (!asObject) out.byte(0x5b);
      key(out, start + position);
      out.byte(asObject ? COLON : COMMA);
      value(out, start + position);
      if (!asObject) out.byte(0x5d);
    });
    out.byte(asObject ? 0x7d : 0x5d);
  };
}

function listWriter(data: Data): ValueWriter {
  const [child] = data.children;
  const element = child === undefined ? () => undefined : jsonValueWriter(child, '');
  return (out, index) => {
    const [start, end] = rangeOf(data, index);
    out.byte(0x5b);
    separated(out, end - start, (position) => {
      element(out, start + position);
    });
    out.byte(0x5d);
  };
}

function presentWriter(data: Data, typeName: string): ValueWriter {
  const column = columnWriter(data, typeName);
  switch (column.kind) {
    case 'bytes': {
      const { bytes, offsets } = column;
      return (out, index) => {
        out.jsonString(bytes, Number(offsets[index] ?? 0), Number(offsets[index + 1] ?? 0));
      };
    }
    case 'double':
      return (out, index) => {
        const finite = Number.isFinite(column.valueAt(index));
        if (!finite) out.byte(QUOTE);
        column.write(out, index);
        if (!finite) out.byte(QUOTE);
      };
    case 'plain':
      if (!column.quoted) return column.write;
      return (out, index) => {
        out.byte(QUOTE);
        column.write(out, index);
        out.byte(QUOTE);
      };
    case 'nested':
      if (DataType.isStruct(data.type)) return structWriter(data);
      return DataType.isMap(data.type) ? mapWriter(data) : listWriter(data);
  }
}

/** Returns a function that writes the values of a column as JSON, `null` for NULL.
 *  Guarantees: lossless: 64-bit integers as digits; decimals as strings; NaN and infinities as strings; binary as base64. */
export function jsonValueWriter(data: Data, typeName: string): ValueWriter {
  if (DataType.isNull(data.type)) {
    return (out) => {
      out.ascii('null');
    };
  }
  const write = presentWriter(data, typeName);
  if (data.nullCount === 0) return write;
  const { nullBitmap: bitmap, offset } = data;
  return (out, index) => {
    if ((((bitmap[(index + offset) >> 3] ?? 0xff) >> ((index + offset) & 7)) & 1) === 0) out.ascii('null');
    else write(out, index);
  };
}
