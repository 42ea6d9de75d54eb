import type { Schema } from 'apache-arrow';
import { Message } from 'apache-arrow/ipc/metadata/message';
import { framePrefixBytes, writeFramePrefix } from './encapsulate-message.ts';

/** Returns the schema frame that opens a stream of record batch frames. */
export function encodeSchemaMessage(schema: Schema): Uint8Array {
  const metadata = Message.encode(Message.from(schema));
  const frame = new Uint8Array(framePrefixBytes(metadata));
  writeFramePrefix(frame, metadata);
  return frame;
}
