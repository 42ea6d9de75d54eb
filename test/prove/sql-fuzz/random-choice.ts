/** Returns numbers in [0, 1). */
export type Random = () => number;

/** Returns one of the items. */
export function pick<T>(random: Random, items: readonly T[]): T {
  return items[Math.floor(random() * items.length)] as T;
}

/** Returns a whole number from 0 up to the bound, which is left out. */
export function below(random: Random, bound: number): number {
  return Math.floor(random() * bound);
}
