/** Returns how many nodes the longest way from the root to a leaf has, counting no further than one beyond the limit.
 *  Guarantees: needs no stack, however high the tree is. */
export function measureHeight(root: object, limit: number): number {
  const pending: unknown[] = [root];
  const heights: number[] = [1];
  let highest = 0;
  while (pending.length > 0) {
    const value = pending.pop();
    const height = heights.pop() ?? 0;
    if (typeof value !== 'object' || value === null) continue;
    const ownHeight = 'kind' in value ? height + 1 : height;
    highest = Math.max(highest, height);
    if (highest > limit) return highest;
    for (const child of Object.values(value)) {
      if (typeof child !== 'object' || child === null) continue;
      pending.push(child);
      heights.push(ownHeight);
    }
  }
  return highest;
}
