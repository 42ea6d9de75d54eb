/** A column of a table to be shown. */
export interface TableColumn {
  readonly name: string;
  readonly align: 'left' | 'right';
}

/** How a table is to be shown. Units: columns of the terminal. */
export interface TableLayout {
  readonly widthMax: number;
}

const GAP = '  ';
const CELL_WIDTH_MIN = 4;
/** Room for the mark that counts the columns left out. */
const MORE_WIDTH = 6;

/** Returns a table as lines no wider than the terminal: wide cells are cut with an ellipsis, and when not even narrow cells fit, columns
 *  on the right are left out and counted in the heading.
 *  Shape: one heading line, one rule, one line per row; cells of a row in the order of the columns. */
export function renderTable(columns: readonly TableColumn[], rows: readonly (readonly string[])[], layout: TableLayout): string[] {
  const natural = columns.map((column, index) =>
    Math.max(displayWidth(column.name), ...rows.map((row) => displayWidth(flatten(row[index] ?? '')))),
  );
  const allFit = countFitting(natural, layout.widthMax) === columns.length;
  const room = allFit ? layout.widthMax : layout.widthMax - MORE_WIDTH;
  const shown = allFit ? columns.length : countFitting(natural, room);
  const widths = shrink(natural.slice(0, shown), room);
  const left = columns.length - shown;
  const more = left > 0 ? `${GAP}+${String(left)}` : '';
  const line = (cells: readonly string[]): string =>
    cells
      .map((cell, index) => fit(cell, widths[index] ?? 0, columns[index]?.align ?? 'left'))
      .join(GAP)
      .trimEnd();
  const visible = columns.slice(0, shown);
  return [
    line(visible.map((column) => column.name)) + more,
    widths.map((width) => '─'.repeat(width)).join(GAP),
    ...rows.map((row) => line(row.slice(0, shown).map(flatten))),
  ];
}

/** Line breaks and control characters would tear the table. */
function flatten(cell: string): string {
  return cell.replaceAll(/[\u0000-\u001f\u007f-\u009f\u2028\u2029]/g, (character) => (character === '\n' ? '⏎' : '·'));
}

function countFitting(natural: readonly number[], widthMax: number): number {
  let used = 0;
  for (const [index, width] of natural.entries()) {
    used += Math.min(width, CELL_WIDTH_MIN) + (index === 0 ? 0 : GAP.length);
    if (used > widthMax) return Math.max(1, index);
  }
  return natural.length;
}

/** Takes width from the widest columns first until the whole fits. */
function shrink(natural: readonly number[], widthMax: number): number[] {
  const widths = [...natural];
  const room = widthMax - GAP.length * (widths.length - 1);
  let excess = widths.reduce((sum, width) => sum + width, 0) - room;
  while (excess > 0) {
    const widest = Math.max(...widths);
    if (widest <= CELL_WIDTH_MIN) break;
    const index = widths.lastIndexOf(widest);
    const second = Math.max(CELL_WIDTH_MIN, ...widths.filter((width) => width < widest));
    const cut = Math.min(excess, Math.max(1, widest - second));
    widths[index] = widest - cut;
    excess -= cut;
  }
  return widths;
}

function fit(cell: string, width: number, align: 'left' | 'right'): string {
  const natural = displayWidth(cell);
  if (natural > width) return `${cutTo(cell, width - 1)}…`;
  const padding = ' '.repeat(width - natural);
  return align === 'right' ? padding + cell : cell + padding;
}

function cutTo(cell: string, width: number): string {
  let used = 0;
  let kept = '';
  for (const character of cell) {
    used += characterWidth(character);
    if (used > width) break;
    kept += character;
  }
  return kept + ' '.repeat(Math.max(0, width - displayWidth(kept)));
}

function displayWidth(text: string): number {
  let width = 0;
  for (const character of text) width += characterWidth(character);
  return width;
}

/** Wide: the East Asian blocks and emoji; none: combining marks and joiners. Source: Unicode Standard Annex 11. */
function characterWidth(character: string): number {
  if (/[\p{Mn}\p{Me}\p{Cf}]/u.test(character)) return 0;
  return /[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{1f300}-\u{1faff}\u{20000}-\u{3fffd}]/u.test(
    character,
  )
    ? 2
    : 1;
}
