import { type DataType, nearestName, type NewColumn } from '../../spi/index.ts';
import type { Identifier } from '../ast/index.ts';
import { bindError, didYouMean } from './bind-error.ts';
import type { BinderState } from './binder-state.ts';
import { sameName } from './relation-name.ts';

/** Finds a column, or a part of one, by the names that lead to it: fields of structs by theirs, the parts of lists and maps as `element`, `key` and
 *  `value`. @throws SQL_UNKNOWN_COLUMN */
export function columnAt(
  state: BinderState,
  table: string,
  fields: readonly NewColumn[],
  path: readonly Identifier[],
): { readonly names: readonly string[]; readonly type: DataType } {
  let parts: readonly Pick<NewColumn, 'name' | 'type'>[] = fields;
  let type: DataType = { kind: 'null' };
  const names = path.map((step, index) => {
    const found = parts.find((part) => sameName(part.name, step.name));
    if (found === undefined)
      throw unknownPart(state, index === 0 ? `table ${table}` : `column ${path[index - 1]?.name ?? ''}`, parts, step);
    type = found.type;
    parts = partsOf(type);
    return found.name;
  });
  return { names, type };
}

/** Returns the parts of a type under their names; none for a type that has none. */
export function partsOf(type: DataType): readonly Pick<NewColumn, 'name' | 'type'>[] {
  switch (type.kind) {
    case 'struct':
      return type.fields;
    case 'list':
      return [{ name: 'element', type: type.element }];
    case 'map':
      return [
        { name: 'key', type: type.key },
        { name: 'value', type: type.value },
      ];
    default:
      return [];
  }
}

function unknownPart(state: BinderState, what: string, parts: readonly Pick<NewColumn, 'name'>[], { name, span }: Identifier): Error {
  const nearest = nearestName(
    name,
    parts.map((part) => part.name),
  );
  return bindError(state, 'SQL_UNKNOWN_COLUMN', `${what} has no column ${name}`, span, { hint: didYouMean(nearest) });
}
