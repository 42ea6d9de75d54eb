/** Returns what tells two lists of rows apart, null when they are alike. Without an order rows are compared as a bag. */
export function compareRows(
  wanted: readonly (readonly string[])[],
  seen: readonly (readonly string[])[],
  ordered: boolean,
): { readonly expected: string; readonly seen: string } | null {
  const lines = (rows: readonly (readonly string[])[]): readonly string[] => {
    const texts = rows.map((row) => row.join(' | '));
    return ordered ? texts : texts.toSorted();
  };
  const [left, right] = [lines(wanted), lines(seen)];
  const at = left.findIndex((line, index) => line !== right[index]);
  if (at < 0 && left.length === right.length) return null;
  const row = at < 0 ? left.length : at;
  const place = `row ${String(row + 1)}${ordered ? '' : ' of the sorted rows'}`;
  const tell = (texts: readonly string[]): string =>
    `${String(texts.length)} rows; ${place} is ${texts[row] === undefined ? 'not there' : `(${texts[row]})`}`;
  return { expected: tell(left), seen: tell(right) };
}
