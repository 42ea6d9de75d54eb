import { randomBytes } from 'node:crypto';
import { deflateRawSync } from 'node:zlib';
import type { JsonValue } from '../json/lossless-json.ts';
import { printLosslessJson } from '../json/lossless-json.ts';
import type { AvroValue } from './avro-value.ts';
import { encoderOf } from './encode-value.ts';

/** Units: bytes of rows, before compression, after which a block is closed. */
const BLOCK_BYTES = 64 * 1024;

/** Returns an Avro object container file with the schema as given, field ids included, compressed by deflate.
 *  @see Avro specification 1.11, "Object Container Files" */
export function writeContainer(schema: JsonValue, metadata: Readonly<Record<string, string>>, rows: readonly AvroValue[]): Uint8Array {
  return writeEncoded(schema, metadata, rows.map(encoderOf(schema)));
}

/** As `writeContainer`, of rows that are encoded already. */
export function writeEncoded(schema: JsonValue, metadata: Readonly<Record<string, string>>, rows: readonly Uint8Array[]): Uint8Array {
  const header = { ...metadata, 'avro.schema': printLosslessJson(schema), 'avro.codec': 'deflate' };
  const entries = Object.entries(header);
  const sync = randomBytes(16);
  const parts: Uint8Array[] = [Buffer.from('Obj\u0001'), varint(entries.length)];
  for (const [key, value] of entries) parts.push(prefixed(Buffer.from(key)), prefixed(Buffer.from(value)));
  parts.push(varint(0), sync);
  let block: Uint8Array[] = [];
  let blockBytes = 0;
  const closeBlock = (): void => {
    if (block.length === 0) return;
    parts.push(varint(block.length), prefixed(deflateRawSync(Buffer.concat(block))), sync);
    block = [];
    blockBytes = 0;
  };
  for (const bytes of rows) {
    block.push(bytes);
    blockBytes += bytes.byteLength;
    if (blockBytes >= BLOCK_BYTES) closeBlock();
  }
  closeBlock();
  return Buffer.concat(parts);
}

function prefixed(bytes: Uint8Array): Uint8Array {
  return Buffer.concat([varint(bytes.byteLength), bytes]);
}

/** A zigzag varint of a non-negative number. */
function varint(value: number): Uint8Array {
  const bytes: number[] = [];
  let rest = value * 2;
  for (; rest >= 0x80; rest = Math.floor(rest / 0x80)) bytes.push((rest % 0x80) | 0x80);
  bytes.push(rest);
  return Uint8Array.from(bytes);
}
