import { BufferRegion, FieldNode, Message, RecordBatch } from 'apache-arrow/ipc/metadata/message';

/** Where the buffers of a record batch lie in its body, in the order of the format: fields depth first. */
export interface RecordBatchLayout {
  readonly rows: number;
  readonly nodes: readonly { readonly length: number; readonly nullCount: number }[];
  readonly buffers: readonly { readonly offset: number; readonly length: number }[];
  readonly bodyBytes: number;
}

/** Returns the flatbuffer that describes a record batch body. */
export function encodeRecordBatchMetadata(layout: RecordBatchLayout): Uint8Array {
  const batch = new RecordBatch(
    layout.rows,
    layout.nodes.map((node) => new FieldNode(node.length, node.nullCount)),
    layout.buffers.map((buffer) => new BufferRegion(buffer.offset, buffer.length)),
    null,
  );
  return Message.encode(Message.from(batch, layout.bodyBytes));
}
