/** How bytes are changed: one bit, the end cut off, a range of zeros, or two ranges in each other's place. */
export const DAMAGES = ['bit-flip', 'truncation', 'zeroed-range', 'swapped-blocks'] as const;

/** One of the changes. */
export type Damage = (typeof DAMAGES)[number];

/** Units: bytes of a block that is zeroed or swapped, at most. */
const BLOCK_BYTES_MAX = 512;

/** Returns changed bytes; null when the change left them as they were. */
export function corruptBytes(bytes: Buffer, damage: Damage, random: () => number): Buffer | null {
  const pick = (limit: number): number => Math.floor(random() * limit);
  const changed = change(bytes, damage, pick);
  return changed.equals(bytes) ? null : changed;
}

function change(bytes: Buffer, damage: Damage, pick: (limit: number) => number): Buffer {
  const changed = Buffer.from(bytes);
  const length = 1 + pick(Math.min(BLOCK_BYTES_MAX, Math.max(1, bytes.byteLength >> 1)));
  const at = pick(Math.max(1, bytes.byteLength - length));
  switch (damage) {
    case 'bit-flip':
      changed[at] = (changed[at] ?? 0) ^ (1 << pick(8));
      return changed;
    case 'truncation':
      return changed.subarray(0, at);
    case 'zeroed-range':
      return changed.fill(0, at, at + length);
    case 'swapped-blocks': {
      const other = pick(Math.max(1, bytes.byteLength - length));
      const block = Buffer.from(changed.subarray(at, at + length));
      changed.copyWithin(at, other, other + length);
      changed.set(block, other);
      return changed;
    }
  }
}
