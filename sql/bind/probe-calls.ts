import { formatType } from '../../spi/index.ts';
import type { DeclaredFunction, Overload, TypePattern } from '../functions/index.ts';

/** Returns a statement for each signature of a function that calls it with parameters of its types: what binds there is bound at every call. */
export function probeCalls({ definition }: DeclaredFunction): readonly string[] {
  const name = definition.name
    .split('.')
    .map((part) => `"${part}"`)
    .join('.');
  const clause = definition.kind === 'table' ? 'SELECT * FROM' : 'SELECT';
  return definition.overloads.map((overload) => `${clause} ${name}(${argumentsOf(overload).join(', ')})`);
}

/** Texts of the arguments. A type variable is tried as a bigint. */
function argumentsOf({ parameters }: Overload): readonly string[] {
  return parameters.map((pattern, index) => `CAST($${String(index + 1)} AS ${typeText(pattern)})`);
}

function typeText(pattern: TypePattern): string {
  switch (pattern.kind) {
    case 'exact':
      return formatType(pattern.type);
    case 'decimal':
      return `decimal(${digits(pattern.precision, 18)}, ${digits(pattern.scale, 3)})`;
    case 'list':
      return `${typeText(pattern.element)}[]`;
    case 'map':
      return `map(${typeText(pattern.key)}, ${typeText(pattern.value)})`;
    case 'any':
    case 'variable':
    case 'lambda':
      return 'bigint';
  }
}

const digits = (value: number | string, otherwise: number): string => String(typeof value === 'number' ? value : otherwise);
