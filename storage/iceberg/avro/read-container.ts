import { inflateRawSync } from 'node:zlib';
import { PlatformError } from '../../../spi/index.ts';
import { type JsonValue, parseLosslessJson } from '../json/lossless-json.ts';
import { type AvroValue, avroCodec } from './avro-codec.ts';

/** What an Avro object container file holds. */
export interface Container {
  readonly metadata: Readonly<Record<string, string>>;
  /** The writer's schema, with Iceberg's field ids. */
  readonly schema: JsonValue;
  readonly rows: readonly AvroValue[];
}

/** Units: bytes; a block beyond this after decompression is taken for damage. */
const BLOCK_BYTES_MAX = 1 << 30;

/** Reads an Avro object container file (codecs null and deflate).
 *  Guarantees: every block's end mark and row count are checked.
 *  @throws STORAGE_CORRUPT when the bytes are not such a file; STORAGE_UNSUPPORTED for other codecs. */
export function readContainer(file: Uint8Array, what: string): Container {
  const cursor = new Cursor(file, what);
  if (cursor.take(4).toString('latin1') !== 'Obj\u0001') throw cursor.corrupt('is not an Avro file');
  const metadata = readMetadata(cursor);
  const sync = cursor.take(16);
  const codecName = metadata['avro.codec'] ?? 'null';
  if (codecName !== 'null' && codecName !== 'deflate') {
    throw new PlatformError('STORAGE_UNSUPPORTED', `${what} is compressed with ${codecName}; null and deflate are supported.`);
  }
  const schema = parseLosslessJson(metadata['avro.schema'] ?? '', `The schema of ${what}`);
  const codec = avroCodec(schema);
  const rows: AvroValue[] = [];
  while (!cursor.atEnd()) {
    const count = cursor.length();
    const stored = cursor.take(cursor.length());
    if (!cursor.take(16).equals(sync)) throw cursor.corrupt('has a damaged block');
    const bytes = codecName === 'deflate' ? inflate(stored, cursor) : stored;
    let offset = 0;
    for (let index = 0; index < count; index += 1) {
      const next = codec.decode(bytes, offset);
      if (next.offset < 0) throw cursor.corrupt('has a block that ends early');
      rows.push(next.value);
      offset = next.offset;
    }
    if (offset !== bytes.length) throw cursor.corrupt('has a block with more bytes than rows');
  }
  return { metadata, schema, rows };
}

function readMetadata(cursor: Cursor): Record<string, string> {
  const metadata: Record<string, string> = {};
  for (let count = cursor.long(); count !== 0; count = cursor.long()) {
    // A negative count is followed by the bytes of the block, which nobody needs here.
    if (count < 0) cursor.long();
    for (let index = 0; index < Math.abs(count); index += 1) {
      const key = cursor.take(cursor.length()).toString();
      metadata[key] = cursor.take(cursor.length()).toString();
    }
  }
  return metadata;
}

function inflate(stored: Buffer, cursor: Cursor): Buffer {
  try {
    return inflateRawSync(stored, { maxOutputLength: BLOCK_BYTES_MAX });
  } catch (error) {
    throw cursor.corrupt('has a block that does not decompress', error);
  }
}

class Cursor {
  readonly #bytes: Buffer;
  readonly #what: string;
  #at = 0;

  constructor(bytes: Uint8Array, what: string) {
    this.#bytes = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#what = what;
  }

  atEnd(): boolean {
    return this.#at === this.#bytes.length;
  }

  take(length: number): Buffer {
    if (this.#at + length > this.#bytes.length) throw this.corrupt('ends early');
    this.#at += length;
    return this.#bytes.subarray(this.#at - length, this.#at);
  }

  length(): number {
    const length = this.long();
    if (length < 0) throw this.corrupt('has a negative length');
    return length;
  }

  long(): number {
    let value = 0;
    let scale = 1;
    for (;;) {
      const byte = this.take(1)[0] ?? 0;
      value += (byte & 0x7f) * scale;
      if (byte < 0x80) break;
      scale *= 0x80;
      if (scale > 2 ** 49) throw this.corrupt('has a number out of range');
    }
    return value % 2 === 0 ? value / 2 : -(value + 1) / 2;
  }

  corrupt(how: string, cause?: unknown): PlatformError {
    return new PlatformError('STORAGE_CORRUPT', `${this.#what} ${how}.`, { cause });
  }
}
