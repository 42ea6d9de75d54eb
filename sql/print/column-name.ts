import type { PrintContext } from './print-context.ts';

/** Returns the list items that give the columns out under their printed names, and makes the columns read by those names from now on. */
export function nameOutputs(context: PrintContext, ids: readonly number[]): readonly string[] {
  const items = ids.map((id) => namedItem(readColumn(context, id), id));
  for (const id of ids) context.columnSql.set(id, columnName(id));
  return items;
}

/** Returns a list item that gives an expression out under a column's printed name. */
export function namedItem(sql: string, id: number): string {
  const name = columnName(id);
  return sql === name ? sql : `${sql} AS ${name}`;
}

/** Returns the printed name of a plan column. */
export function columnName(id: number): string {
  return `c${String(id)}`;
}

/** Returns what a column reads as where printing stands. */
export function readColumn(context: PrintContext, id: number): string {
  return context.columnSql.get(id) ?? columnName(id);
}
