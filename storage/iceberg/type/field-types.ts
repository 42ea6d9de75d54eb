import type { DataType, Field } from '../../../spi/index.ts';

/** Returns the types of all columns and of the parts of nested ones by field id. */
export function fieldTypes(fields: readonly Field[]): ReadonlyMap<number, DataType> {
  const types = new Map<number, DataType>();
  const add = (id: number | undefined, type: DataType): void => {
    if (id !== undefined) types.set(id, type);
    if (type.kind === 'list') add(type.elementId, type.element);
    if (type.kind === 'struct') for (const field of type.fields) add(field.id, field.type);
    if (type.kind === 'map') {
      add(type.keyId, type.key);
      add(type.valueId, type.value);
    }
  };
  for (const field of fields) add(field.id, field.type);
  return types;
}
