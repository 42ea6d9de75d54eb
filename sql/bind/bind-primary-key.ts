import { nearestName, type NewColumn, type TableSnapshot } from '../../spi/index.ts';
import type { KeyConstraint } from '../ast/index.ts';
import { bindError, didYouMean, unsupported } from './bind-error.ts';
import type { BinderState } from './binder-state.ts';
import { sameName } from './relation-name.ts';

/** Property of a table with the columns that tell its rows apart, as JSON. Nothing checks that they do. */
export const PRIMARY_KEY = 'trivium.primary-key';

/** Binds `PRIMARY KEY (columns) NOT ENFORCED` to a property of the table.
 *  @throws SQL_UNSUPPORTED for a key that is to be enforced, SQL_UNKNOWN_COLUMN */
export function bindPrimaryKey(
  state: BinderState,
  nodes: readonly KeyConstraint[],
  columns: readonly NewColumn[],
): Readonly<Record<string, string>> {
  const [node, second] = nodes;
  if (node === undefined) return {};
  if (second !== undefined) throw unsupported(state, 'a second key constraint', second.span);
  if (node.type === 'unique') throw unsupported(state, 'UNIQUE', node.span, 'Write PRIMARY KEY (columns) NOT ENFORCED.');
  if (node.enforced) throw unsupported(state, 'a key constraint that is enforced', node.span, 'Write PRIMARY KEY (columns) NOT ENFORCED.');
  const names = node.columns.map(({ name, span }) => {
    const column = columns.find((candidate) => sameName(candidate.name, name));
    if (column !== undefined) return column.name;
    const nearest = nearestName(
      name,
      columns.map((candidate) => candidate.name),
    );
    throw bindError(state, 'SQL_UNKNOWN_COLUMN', `the table has no column ${name}`, span, { hint: didYouMean(nearest) });
  });
  return { [PRIMARY_KEY]: JSON.stringify(names) };
}

/** Returns the names of the columns of a table's key; null when it has none. */
export function primaryKeyOf({ properties }: Pick<TableSnapshot, 'properties'>): readonly string[] | null {
  const text = properties[PRIMARY_KEY];
  return text === undefined ? null : (JSON.parse(text) as string[]);
}
