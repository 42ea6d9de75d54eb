/** Below so many entries nothing is tidied up. */
const SIZE_MIN = 1 << 12;

/** Says when to look for entries that nothing needs any more: each look is paid for by as many entries as it looks at. */
export class TidySchedule {
  #sizeNext = SIZE_MIN;

  /** Returns the entries to keep where most can go, else null. */
  keep(size: number, isNeeded: (entry: number) => boolean): Int32Array | null {
    if (size < this.#sizeNext) return null;
    const kept = new Int32Array(size);
    let keptSize = 0;
    for (let entry = 0; entry < size; entry += 1) if (isNeeded(entry)) kept[keptSize++] = entry;
    const isSparse = keptSize * 2 < size;
    this.#sizeNext = Math.max(SIZE_MIN, (isSparse ? keptSize : size) * 2);
    return isSparse ? kept.slice(0, keptSize) : null;
  }
}
