import { Message } from 'apache-arrow/ipc/metadata/message';

const PREFIX_BYTES = 8;

/** Returns the number of rows that an Arrow IPC message carries: 0 for a schema. Only the message's head is read. */
export function countFrameRows(frame: Uint8Array): number {
  if (frame.byteLength < PREFIX_BYTES) return 0;
  const metadataBytes = new DataView(frame.buffer, frame.byteOffset).getInt32(4, true);
  if (metadataBytes === 0) return 0;
  const message = Message.decode(frame.subarray(PREFIX_BYTES, PREFIX_BYTES + metadataBytes));
  return message.isRecordBatch() ? message.header().length : 0;
}
