/** A piece of a result's body. */
export interface EncodedChunk {
  readonly bytes: Uint8Array;
  readonly rows: number;
}
