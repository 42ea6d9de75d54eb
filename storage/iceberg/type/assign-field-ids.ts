import type { DataType, Field, NewColumn, StructField } from '../../../spi/index.ts';

/** Gives new columns, and the parts of their nested types, field ids.
 *  Guarantees: columns get 1 to n in order, nested parts the ids after them, so the result depends on nothing but the input. */
export function assignFieldIds(columns: readonly NewColumn[]): { readonly fields: readonly Field[]; readonly lastColumnId: number } {
  let last = columns.length;
  const next = (): number => {
    last += 1;
    return last;
  };
  const fields = columns.map((column, index) => ({ ...column, id: index + 1, type: numberedType(column.type, next) }));
  return { fields, lastColumnId: last };
}

/** Returns a type whose nested parts have the ids that `next` gives. */
export function numberedType(type: DataType, next: () => number): DataType {
  switch (type.kind) {
    case 'list': {
      const elementId = next();
      return { ...type, elementId, element: numberedType(type.element, next) };
    }
    case 'map': {
      const keyId = next();
      const valueId = next();
      return { ...type, keyId, valueId, key: numberedType(type.key, next), value: numberedType(type.value, next) };
    }
    case 'struct': {
      const numbered: StructField[] = type.fields.map((field) => ({ ...field, id: next() }));
      return { ...type, fields: numbered.map((field) => ({ ...field, type: numberedType(field.type, next) })) };
    }
    default:
      return type;
  }
}
