import type { TableSnapshot } from '../../spi/index.ts';
import type { Span } from '../ast/index.ts';
import { tokenize } from '../lex/index.ts';
import { bindError } from './bind-error.ts';
import { primaryKeyOf } from './bind-primary-key.ts';
import { WATERMARK_COLUMN } from './bind-watermark.ts';
import type { BinderState } from './binder-state.ts';
import { computedColumnsOf } from './computed-columns.ts';
import { sameName } from './relation-name.ts';

/** Says that a column keeps its name while the watermark, the key or a computed column of its table is made of it.
 *  @throws CATALOG_COLUMN_IN_USE */
export function refuseNamedColumn(state: BinderState, table: TableSnapshot, column: string, done: 'renamed' | 'dropped', span: Span): void {
  const use = useOf(table, column);
  if (use === null) return;
  throw bindError(state, 'CATALOG_COLUMN_IN_USE', `column ${column} of ${table.ref.name} cannot be ${done}: ${use} is made of it`, span, {
    hint: 'Make the table anew without it.',
  });
}

function useOf(table: TableSnapshot, column: string): string | null {
  const watermark = table.properties[WATERMARK_COLUMN];
  if (watermark !== undefined && sameName(watermark, column)) return 'the watermark';
  if (primaryKeyOf(table)?.some((name) => sameName(name, column)) === true) return 'the primary key';
  const computed = computedColumnsOf(table).find(({ expression }) => names(expression).some((name) => sameName(name, column)));
  return computed === undefined ? null : `the computed column ${computed.name}`;
}

/** Every name in the text, those of functions among them: a column of the name of a function is taken for used. */
const names = (text: string): readonly string[] =>
  tokenize(text).flatMap(({ kind, value }) => (kind === 'word' || kind === 'quoted' ? [value] : []));
