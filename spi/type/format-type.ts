import type { DataType } from './data-type.ts';

/** Returns the canonical SQL name of a type, such as `decimal(10,2)`, `list<varchar>`, `map<varchar,bigint>` or `struct<"a" integer>`.
 *  Guarantees: nullability and field ids are left out, so two names are equal exactly when values of the types are alike. */
export function formatType(type: DataType): string {
  switch (type.kind) {
    case 'decimal':
      return `decimal(${String(type.precision)},${String(type.scale)})`;
    case 'fixed':
      return `fixed(${String(type.lengthBytes)})`;
    case 'list':
      return `list<${formatType(type.element)}>`;
    case 'map':
      return `map<${formatType(type.key)},${formatType(type.value)}>`;
    case 'struct':
      return `struct<${type.fields.map((field) => `"${field.name.replaceAll('"', '""')}" ${formatType(field.type)}`).join(',')}>`;
    default:
      return type.kind;
  }
}

/** Returns whether values of the two types are alike (nullability and field ids do not count). */
export function sameType(left: DataType, right: DataType): boolean {
  if (left === right) return true;
  switch (left.kind) {
    case 'decimal':
      return right.kind === 'decimal' && left.precision === right.precision && left.scale === right.scale;
    case 'fixed':
      return right.kind === 'fixed' && left.lengthBytes === right.lengthBytes;
    case 'list':
    case 'map':
    case 'struct':
      return left.kind === right.kind && formatType(left) === formatType(right);
    default:
      return left.kind === right.kind;
  }
}
