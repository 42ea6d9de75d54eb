import type { TableSnapshot } from '../../spi/index.ts';

/** Property of a table that holds the result of a materialized view: `true`. */
export const MATERIALIZED_VIEW = 'trivium.materialized-view';
/** Property of a table that holds rows that came too late for a materialized view: the view's name. */
export const LATE_ROWS_OF = 'trivium.late-rows-of';

/** Returns whether only a stream writes the table. */
export function isMaintained({ properties }: Pick<TableSnapshot, 'properties'>): boolean {
  return properties[MATERIALIZED_VIEW] === 'true' || properties[LATE_ROWS_OF] !== undefined;
}

/** Returns whether the table holds the result of a materialized view. */
export function isMaterializedView({ properties }: Pick<TableSnapshot, 'properties'>): boolean {
  return properties[MATERIALIZED_VIEW] === 'true';
}
