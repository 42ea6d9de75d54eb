/** Passes frames on and keeps copies of them.
 *  Guarantees: `onComplete` is called only when the source has ended by itself and all of its frames together are no larger than allowed. */
export async function* keepResult(
  source: AsyncIterable<Uint8Array>,
  bytesMax: number,
  onComplete: (frames: readonly Uint8Array[]) => void,
): AsyncGenerator<Uint8Array> {
  let kept: Uint8Array[] | null = [];
  let bytes = 0;
  for await (const frame of source) {
    bytes += frame.byteLength;
    if (bytes > bytesMax) kept = null;
    // The reader may hand the frame's memory to a worker, so the copy is taken before; `slice` of a Buffer would be no copy.
    kept?.push(new Uint8Array(frame));
    yield frame;
  }
  if (kept !== null) onComplete(kept);
}
