import { type Data, RecordBatchReader } from 'apache-arrow';
import { ByteWriter } from './byte-writer.ts';
import { csvValueWriter } from './csv-value-writer.ts';
import { jsonValueWriter } from './json-value-writer.ts';
import type { ValueWriter } from './value-writer.ts';

/** Text formats of result rows. */
export type RowFormat = 'json' | 'columns' | 'ndjson' | 'csv';

/** A column as it is named to the client; `type` is the canonical type name. */
export interface EncodedColumn {
  readonly name: string;
  readonly type: string;
}

/** What one frame is encoded with. It may cross to a worker thread. */
export interface EncodeRowsTask {
  readonly format: RowFormat;
  readonly columns: readonly EncodedColumn[];
  /** The schema frame of the stream. */
  readonly schema: Uint8Array;
  /** A record batch frame. */
  readonly frame: Uint8Array;
  /** True when no row of the stream went before. */
  readonly first: boolean;
}

const encoder = new TextEncoder();
const COMMA = 0x2c;
const NEWLINE = 0x0a;

type RowWriter = (out: ByteWriter, index: number, first: boolean) => void;

function jsonRow(values: readonly ValueWriter[]): RowWriter {
  return (out, index, first) => {
    if (!first) out.byte(COMMA);
    out.byte(0x5b);
    for (let position = 0; position < values.length; position += 1) {
      if (position > 0) out.byte(COMMA);
      values[position]?.(out, index);
    }
    out.byte(0x5d);
  };
}

/** A key that stands twice in an object loses a value: repeated names get a number, `x`, `x_1`, `x_2`. */
function uniqueNames(columns: readonly EncodedColumn[]): readonly string[] {
  const taken = new Set(columns.map((column) => column.name));
  const given = new Set<string>();
  return columns.map(({ name }) => {
    let unique = name;
    for (let number = 1; given.has(unique); number += 1) {
      const candidate = `${name}_${String(number)}`;
      if (!taken.has(candidate)) unique = candidate;
    }
    given.add(unique);
    return unique;
  });
}

function ndjsonRow(values: readonly ValueWriter[], columns: readonly EncodedColumn[]): RowWriter {
  const names = uniqueNames(columns).map((name, position) => encoder.encode(`${position === 0 ? '{' : ','}${JSON.stringify(name)}:`));
  return (out, index) => {
    for (let position = 0; position < values.length; position += 1) {
      const name = names[position];
      if (name !== undefined) out.raw(name, 0, name.byteLength);
      values[position]?.(out, index);
    }
    out.byte(0x7d);
    out.byte(NEWLINE);
  };
}

function csvRow(values: readonly ValueWriter[]): RowWriter {
  return (out, index) => {
    for (let position = 0; position < values.length; position += 1) {
      if (position > 0) out.byte(COMMA);
      values[position]?.(out, index);
    }
    out.byte(0x0d);
    out.byte(NEWLINE);
  };
}

/** Writes a batch as an array for each column. */
function writeColumns(out: ByteWriter, values: readonly ValueWriter[], rowCount: number): void {
  out.byte(0x5b);
  values.forEach((write, position) => {
    if (position > 0) out.byte(COMMA);
    out.byte(0x5b);
    for (let index = 0; index < rowCount; index += 1) {
      if (index > 0) out.byte(COMMA);
      write(out, index);
    }
    out.byte(0x5d);
  });
  out.byte(0x5d);
}

/** Returns the rows of one record batch frame as text.
 *  Shape: `json`: arrays with commas between them, one in front unless `first`; `columns`: the frame's rows as one array that holds an array for
 *  each column, a comma in front unless `first`; `ndjson`: one object and line feed per row; `csv`: one
 *  record per row with CR LF.
 *  Guarantees: lossless, see `jsonValueWriter` and `csvValueWriter`; the same bytes wherever the rows are cut into frames, but for `columns`, which keeps the cuts.
 *  @throws ENGINE_UNSUPPORTED for an Arrow type without a text form */
export function encodeRows(task: EncodeRowsTask): Uint8Array {
  const out = new ByteWriter(Math.max(1024, task.frame.byteLength * 2));
  let first = task.first;
  for (const batch of RecordBatchReader.from([task.schema, task.frame])) {
    const valueWriter = task.format === 'csv' ? csvValueWriter : jsonValueWriter;
    const values = task.columns.map((column, position) => valueWriter(batch.data.children[position] as Data, column.type));
    if (task.format === 'columns') {
      if (batch.numRows === 0) continue;
      if (!first) out.byte(COMMA);
      writeColumns(out, values, batch.numRows);
      first = false;
      continue;
    }
    const row = task.format === 'csv' ? csvRow(values) : task.format === 'json' ? jsonRow(values) : ndjsonRow(values, task.columns);
    for (let index = 0; index < batch.numRows; index += 1) {
      row(out, index, first);
      first = false;
    }
  }
  return out.written();
}

/** Turns the frames of one result into one document. */
export interface RowEncoder {
  /** Returns what stands before the rows. */
  begin(): Uint8Array;
  /** Returns the rows of the next record batch frame. */
  batch(frame: Uint8Array): Uint8Array;
  /** Returns what stands after the rows. */
  end(): Uint8Array;
}

function beginText(format: RowFormat, columns: readonly EncodedColumn[]): string {
  if (format === 'json' || format === 'columns') {
    return `{"columns":${JSON.stringify(columns.map(({ name, type }) => ({ name, type })))},"${format === 'json' ? 'data' : 'batches'}":[`;
  }
  if (format === 'ndjson') return '';
  const out = new ByteWriter(256);
  columns.forEach((column, position) => {
    if (position > 0) out.byte(COMMA);
    const name = encoder.encode(column.name);
    out.csvField(name, 0, name.byteLength);
  });
  return `${new TextDecoder().decode(out.written())}\r\n`;
}

/** Returns an encoder of one result.
 *  Shape: `json` is `{"columns":[{"name","type"}],"data":[[..],..]}`; `columns` the same with `"batches":[[[..],..],..]` for `data`, an array for each
 *  column of each frame; `ndjson` an object per line; `csv` has a header record (RFC 4180). */
export function encodeRowsAs(format: RowFormat, schema: Uint8Array, columns: readonly EncodedColumn[]): RowEncoder {
  let first = true;
  return {
    begin: () => encoder.encode(beginText(format, columns)),
    batch: (frame) => {
      const bytes = encodeRows({ format, columns, schema, frame, first });
      if (bytes.byteLength > 0) first = false;
      return bytes;
    },
    end: () => encoder.encode(format === 'json' || format === 'columns' ? ']}' : ''),
  };
}
