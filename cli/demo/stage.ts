import type { ServerAddress } from '../../client/index.ts';
import type { CommandIo } from '../command/command.ts';
import { renderTable } from '../format/render-table.ts';

/** Where the demo plays: a server, and the terminal that it writes to. */
export interface Stage {
  readonly server: ServerAddress;
  readonly io: CommandIo;
  /** Units: columns of the terminal. */
  readonly widthMax: number;
}

/** Writes the heading of a chapter. */
export function showHeading(stage: Stage, title: string): void {
  stage.io.stdout.write(`\n══ ${title} ${'═'.repeat(Math.max(3, Math.min(stage.widthMax, 80) - title.length - 4))}\n\n`);
}

/** Writes lines of text. */
export function showText(stage: Stage, ...lines: readonly string[]): void {
  stage.io.stdout.write(`${lines.join('\n')}\n`);
}

/** Writes a small table; columns whose name begins with `#` hold numbers. */
export function showRows(stage: Stage, columns: readonly string[], rows: readonly (readonly string[])[]): void {
  const shown = columns.map((name) => ({
    name: name.replace(/^#/, ''),
    align: name.startsWith('#') ? ('right' as const) : ('left' as const),
  }));
  showText(stage, ...renderTable(shown, rows, { widthMax: stage.widthMax }));
}
