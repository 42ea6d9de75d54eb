/** Returns the 32-bit MurmurHash3 (x86 variant, seed 0) of bytes as a signed integer.
 *  @see Iceberg spec, Appendix B, "32-bit Hash Requirements" */
export function murmur3(bytes: Uint8Array): number {
  const blocks = bytes.length >> 2;
  let hash = 0;
  for (let block = 0; block < blocks; block += 1) {
    const at = block * 4;
    const word = (bytes[at] ?? 0) | ((bytes[at + 1] ?? 0) << 8) | ((bytes[at + 2] ?? 0) << 16) | ((bytes[at + 3] ?? 0) << 24);
    hash ^= mixWord(word);
    hash = (hash << 13) | (hash >>> 19);
    hash = (Math.imul(hash, 5) + 0xe6546b64) | 0;
  }
  let tail = 0;
  for (let at = bytes.length - 1; at >= blocks * 4; at -= 1) tail = (tail << 8) | (bytes[at] ?? 0);
  if (bytes.length & 3) hash ^= mixWord(tail);
  return finish(hash ^ bytes.length);
}

function mixWord(word: number): number {
  const mixed = Math.imul(word, 0xcc9e2d51);
  return Math.imul((mixed << 15) | (mixed >>> 17), 0x1b873593);
}

function finish(value: number): number {
  let hash = value ^ (value >>> 16);
  hash = Math.imul(hash, 0x85ebca6b);
  hash ^= hash >>> 13;
  hash = Math.imul(hash, 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) | 0;
}
