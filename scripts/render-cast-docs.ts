import type { DataType } from '../spi/index.ts';
import { isCastable } from '../sql/bind/bind-conditional.ts';
import { implicitCastCost, isAssignable } from '../sql/bind/coercion.ts';

const TYPES: readonly (readonly [label: string, type: DataType])[] = [
  ...(['boolean', 'integer', 'bigint'] as const).map((kind) => [kind, { kind }] as const),
  ['decimal', { kind: 'decimal', precision: 10, scale: 2 }],
  ...(['real', 'double', 'date', 'time', 'timestamp', 'timestamp_ns', 'timestamptz', 'interval', 'varchar', 'varbinary'] as const).map(
    (kind) => [kind, { kind }] as const,
  ),
  ['fixed', { kind: 'fixed', lengthBytes: 4 }],
  ['uuid', { kind: 'uuid' }],
];

/** Returns the text of `docs/sql/casts.md`. */
export function renderCastDocs(): string {
  const rows = TYPES.map(([label, from]) => `| **${label}** | ${TYPES.map(([, to]) => cell(from, to)).join(' | ')} |`);
  return `# Casts

Made by \`npm run docs\` from \`sql/bind\`. A value of the type on the left becomes one of the type above:

- **auto**: wherever the type above is needed: in comparisons, arithmetic, CASE, set operations, arguments. Of several functions that would do, the
  one with the nearest types is called.
- **insert**: besides, when a row is written (INSERT, UPDATE, MERGE); a value that does not fit is SQL_INVALID_VALUE or SQL_OVERFLOW.
- **cast**: only by \`CAST(x AS type)\`, \`x::type\`, \`TRY_CAST(x AS type)\` (NULL in place of an error).
- a dot: never; SQL_TYPE_MISMATCH.

NULL becomes anything. Text literals and parameters take the type of what they meet: \`day > '2024-01-01'\`. Lists, maps and structs go by their parts. Two
decimals meet in one that holds the digits of both, up to 38. \`||\`, \`concat\` and \`concat_ws\` take anything as text.

| | ${TYPES.map(([label]) => label).join(' | ')} |
|---|${TYPES.map(() => '---').join('|')}|
${rows.join('\n')}
`;
}

function cell(from: DataType, to: DataType): string {
  if (from.kind === to.kind) return '';
  if (implicitCastCost(from, to) !== null) return 'auto';
  if (isAssignable(from, to)) return 'insert';
  return isCastable(from, to) ? 'cast' : '·';
}
