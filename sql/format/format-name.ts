import type { Identifier, QualifiedName, TypeName } from '../ast/index.ts';

/** Prints a value as a string literal. */
export function formatString(value: string): string {
  return `'${value.replaceAll("'", "''")}'`;
}

/** Prints a name in double quotes. */
export function formatQuoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

/** Prints a name as it was written, in double quotes when it was quoted. */
export function formatIdentifier(identifier: Identifier): string {
  return identifier.quoted ? formatQuoted(identifier.name) : identifier.name;
}

/** Prints a dotted name. */
export function formatQualifiedName(name: QualifiedName): string {
  return name.parts.map(formatIdentifier).join('.');
}

/** Prints `(a, b)`, nothing for an empty list. */
export function formatColumnNames(columns: readonly Identifier[]): string {
  return columns.length === 0 ? '' : ` (${columns.map(formatIdentifier).join(', ')})`;
}

function formatNamedType(name: string, parameters: readonly number[]): string {
  if (parameters.length === 0) return name;
  const zone = /^(TIMESTAMP|TIME)( .*)$/.exec(name);
  const suffix = `(${parameters.join(', ')})`;
  return zone === null ? `${name}${suffix}` : `${zone[1] ?? ''}${suffix}${zone[2] ?? ''}`;
}

/** Prints a data type. */
export function formatTypeName(type: TypeName): string {
  switch (type.kind) {
    case 'named-type':
      return formatNamedType(type.name, type.parameters);
    case 'list-type':
      return `${formatTypeName(type.element)}[${type.size ?? ''}]`;
    case 'map-type':
      return `MAP(${formatTypeName(type.key)}, ${formatTypeName(type.value)})`;
    case 'struct-type':
      return `STRUCT(${type.fields.map((field) => `${formatIdentifier(field.name)} ${formatTypeName(field.dataType)}`).join(', ')})`;
  }
}
