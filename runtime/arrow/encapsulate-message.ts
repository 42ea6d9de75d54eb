const CONTINUATION = 0xffffffff;
const PREFIX_BYTES = 8;

/** Bytes that end a stream of frames: continuation marker and length zero. */
export const ARROW_END_OF_STREAM: Uint8Array = Uint8Array.of(0xff, 0xff, 0xff, 0xff, 0, 0, 0, 0);

/** Returns the length of the frame that holds this metadata, without its body; a multiple of 8. */
export function framePrefixBytes(metadata: Uint8Array): number {
  return (PREFIX_BYTES + metadata.byteLength + 7) & ~7;
}

/** Writes marker, padded metadata length and metadata at the start of `frame`.
 *  Units: returns the bytes written, which is where the body begins.
 *  @see Arrow columnar format, "Encapsulated message format" */
export function writeFramePrefix(frame: Uint8Array, metadata: Uint8Array): number {
  const bodyOffset = framePrefixBytes(metadata);
  const view = new DataView(frame.buffer, frame.byteOffset, bodyOffset);
  view.setUint32(0, CONTINUATION, true);
  view.setInt32(4, bodyOffset - PREFIX_BYTES, true);
  frame.set(metadata, PREFIX_BYTES);
  frame.fill(0, PREFIX_BYTES + metadata.byteLength, bodyOffset);
  return bodyOffset;
}
