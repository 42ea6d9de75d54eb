import type { DataType, Field } from 'apache-arrow';
import { type SqlAnswer, StatementResult } from '../../client/index.ts';
import { formatCell, isNumeric } from './format-cell.ts';
import { renderTable, type TableColumn } from './render-table.ts';

/** How a result is shown on a terminal. */
export interface ResultLayout {
  readonly widthMax: number;
  readonly rowsMax: number;
}

/** What was read of a result. */
export interface PrintedResult {
  readonly rows: number;
  readonly lines: readonly string[];
}

/** Reads a whole Arrow answer and returns its first rows as a table.
 *  Guarantees: rows beyond `rowsMax` are counted and not kept. */
export async function renderAnswer(answer: SqlAnswer, layout: ResultLayout): Promise<PrintedResult> {
  const result = await StatementResult.open(answer);
  const fields: readonly Field<DataType>[] = result.columns;
  const columns: TableColumn[] = fields.map((field) => ({ name: field.name, align: isNumeric(field.type) ? 'right' : 'left' }));
  const shown: string[][] = [];
  let rows = 0;
  for await (const batch of result.batches()) {
    const wanted = Math.min(batch.numRows, layout.rowsMax - shown.length);
    for (let row = 0; row < wanted; row += 1) {
      shown.push(
        fields.map((field, index) => {
          const vector = batch.getChildAt(index);
          return vector === null ? 'NULL' : formatCell(field, vector, row);
        }),
      );
    }
    rows += batch.numRows;
  }
  const lines = renderTable(columns, shown, { widthMax: layout.widthMax });
  if (rows > shown.length) lines.push(`… ${(rows - shown.length).toLocaleString('en-US')} more rows (--max-rows shows more)`);
  return { rows, lines };
}

/** Returns the line under a result: rows, time, engine and snapshots. */
export function summarise(rows: number, elapsedMs: number, answer: Pick<SqlAnswer, 'engine' | 'snapshots'>): string {
  const parts = [`${rows.toLocaleString('en-US')} ${rows === 1 ? 'row' : 'rows'}`, formatElapsed(elapsedMs)];
  if (answer.engine !== null && answer.engine !== '') parts.push(`engine ${answer.engine}`);
  if (answer.snapshots !== null && answer.snapshots !== '') parts.push(`snapshot ${answer.snapshots}`);
  return `(${parts.join(' · ')})`;
}

/** Returns a time for people: milliseconds below a second, else seconds. */
export function formatElapsed(elapsedMs: number): string {
  return elapsedMs < 1000 ? `${elapsedMs.toFixed(elapsedMs < 10 ? 1 : 0)} ms` : `${(elapsedMs / 1000).toFixed(2)} s`;
}
