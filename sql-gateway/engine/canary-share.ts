/** Returns whether a statement belongs to a share of all statements. The same statement always gets the same answer, for the same share or a
 *  larger one.
 *  Units: `share` is 0 (none) to 1 (all). */
export function isInShare(queryId: string, share: number): boolean {
  return hash(queryId) < share * HASHES;
}

const HASHES = 2 ** 32;

/** FNV-1a with 32 bits, and the last mixing of MurmurHash3: ids that are made in the same millisecond differ in a few characters only. */
function hash(text: string): number {
  let mixed = 0x811c9dc5;
  for (let index = 0; index < text.length; index += 1) mixed = Math.imul(mixed ^ text.charCodeAt(index), 0x01000193);
  mixed = Math.imul(mixed ^ (mixed >>> 16), 0x85ebca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
  return (mixed ^ (mixed >>> 16)) >>> 0;
}
