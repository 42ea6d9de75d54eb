import { inflateRawSync } from 'node:zlib';
import { PlatformError } from '../../../spi/index.ts';
import { type JsonValue, parseLosslessJson } from '../json/lossless-json.ts';
import { AvroInput } from './avro-input.ts';
import type { AvroValue } from './avro-value.ts';
import { decoderOf } from './decode-value.ts';
import { blockCount } from './keyed-bytes.ts';

/** What an Avro object container file holds. */
export interface Container {
  readonly metadata: Readonly<Record<string, string>>;
  /** The writer's schema, with Iceberg's field ids. */
  readonly schema: JsonValue;
  /** Longs are bigints from 2^52 on, else numbers. */
  readonly rows: readonly AvroValue[];
  /** Units: bytes of the rows when they are not compressed. */
  readonly bytes: number;
}

/** Units: bytes; a block beyond this after decompression is taken for damage. */
const BLOCK_BYTES_MAX = 1 << 30;

/** Reads an Avro object container file (codecs null and deflate).
 *  Guarantees: every block's end mark and row count are checked.
 *  @throws STORAGE_CORRUPT when the bytes are not such a file; STORAGE_UNSUPPORTED for other codecs. */
export function readContainer(file: Uint8Array, what: string): Container {
  const cursor = new AvroInput(file, what);
  if (cursor.take(4).toString('latin1') !== 'Obj\u0001') throw cursor.corrupt('is not an Avro file');
  const metadata = readMetadata(cursor);
  const sync = cursor.take(16);
  const codecName = metadata['avro.codec'] ?? 'null';
  if (codecName !== 'null' && codecName !== 'deflate') {
    throw new PlatformError('STORAGE_UNSUPPORTED', `${what} is compressed with ${codecName}; null and deflate are supported.`);
  }
  const schema = parseLosslessJson(metadata['avro.schema'] ?? '', `The schema of ${what}`);
  const decode = decoderOf(schema);
  const rows: AvroValue[] = [];
  let bytes = 0;
  while (!cursor.atEnd) {
    const count = cursor.length();
    const stored = cursor.take(cursor.length());
    if (!cursor.take(16).equals(sync)) throw cursor.corrupt('has a damaged block');
    const block = new AvroInput(codecName === 'deflate' ? inflate(stored, cursor) : stored, what);
    bytes += block.bytes.length;
    for (let index = 0; index < count; index += 1) rows.push(decode(block));
    if (!block.atEnd) throw cursor.corrupt('has a block with more bytes than rows');
  }
  return { metadata, schema, rows, bytes };
}

function readMetadata(cursor: AvroInput): Record<string, string> {
  const metadata: Record<string, string> = {};
  for (let count = blockCount(cursor); count > 0; count = blockCount(cursor)) {
    for (let index = 0; index < count; index += 1) {
      const key = cursor.text();
      metadata[key] = cursor.text();
    }
  }
  return metadata;
}

function inflate(stored: Buffer, cursor: AvroInput): Buffer {
  try {
    return inflateRawSync(stored, { maxOutputLength: BLOCK_BYTES_MAX });
  } catch (error) {
    throw cursor.corrupt('has a block that does not decompress', error);
  }
}
