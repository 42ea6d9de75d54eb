import type { seededRandom } from '../../../tck/truth/seeded-random.ts';

export type Random = ReturnType<typeof seededRandom>;

/** A type that a column is made with or widened to. */
export type ScalarType = 'integer' | 'bigint' | 'varchar' | 'decimal(5, 2)' | 'decimal(9, 2)';

/** A column, or a part of one, known by an id of its own through all changes. */
export interface ModelField {
  readonly id: number;
  readonly name: string;
  readonly type: ScalarType | readonly ModelField[];
  /** What rows of before the column have in it. */
  readonly initial: string | null;
  /** What rows that are written without it get. */
  readonly writeDefault: string | null;
}

/** The text of a scalar, or values by the ids of parts. */
export type ModelValue = string | null | ModelRow;

/** Values by field id; rows of before a column have none under its id. */
export interface ModelRow {
  readonly [fieldId: number]: ModelValue;
}

/** What a snapshot holds. */
export interface ModelSnapshot {
  readonly snapshotId: string;
  readonly fields: readonly ModelField[];
  readonly rows: readonly ModelRow[];
}

export const pick = <Item>(random: Random, items: readonly Item[]): Item => items[Math.floor(random() * items.length)] as Item;

export const isStruct = (type: ModelField['type']): type is readonly ModelField[] => typeof type !== 'string';

/** Returns what a row has in a column. */
export function valueOf(row: ModelRow, field: ModelField): ModelValue {
  return field.id in row ? (row[field.id] ?? null) : field.initial;
}

/** Returns a value as results of statements show it, with the parts of structs under the names that they have now. */
export function shown(row: ModelRow, field: ModelField): unknown {
  const value = valueOf(row, field);
  if (value === null || typeof value === 'string' || !isStruct(field.type)) return value;
  return Object.fromEntries(field.type.map((part) => [part.name, shown(value, part)]));
}

/** Returns rows as sorted texts. */
export const textsOf = (rows: readonly ModelRow[], fields: readonly ModelField[]): readonly string[] =>
  rows.map((row) => JSON.stringify(fields.map((field) => shown(row, field)))).sort();

/** Returns rows of an answer as sorted texts; numbers become texts. */
export const answerTexts = (rows: readonly (readonly unknown[])[]): readonly string[] =>
  rows.map((row) => JSON.stringify(row, (_key, value: unknown) => (typeof value === 'number' ? String(value) : value))).sort();

/** Returns a random scalar of few different ones, so that conditions on it hold for some rows. */
export function randomScalar(random: Random, type: ScalarType): string | null {
  if (random() < 0.15) return null;
  const small = Math.floor(random() * 4);
  switch (type) {
    case 'integer':
      return String(small);
    case 'bigint':
      return String(random() < 0.3 ? 3_000_000_000 + small : small);
    case 'varchar':
      return `v${String(small)}`;
    case 'decimal(5, 2)':
      return `${String(small)}.25`;
    case 'decimal(9, 2)':
      return random() < 0.3 ? `700000${String(small)}.50` : `${String(small)}.25`;
  }
}

export function randomValue(random: Random, { type }: Pick<ModelField, 'type'>): ModelValue {
  if (!isStruct(type)) return randomScalar(random, type);
  if (random() < 0.15) return null;
  return Object.fromEntries(type.map((part) => [part.id, randomValue(random, part)]));
}

export function typeText(type: ModelField['type']): string {
  return isStruct(type) ? `struct(${type.map((part) => `${part.name} ${typeText(part.type)}`).join(', ')})` : type;
}

/** Returns the SQL of a value of a column. */
export function literal(value: ModelValue, { type }: Pick<ModelField, 'type'>): string {
  if (value === null) return `CAST(NULL AS ${typeText(type)})`;
  if (typeof value === 'string') return `CAST('${value}' AS ${typeText(type)})`;
  const parts = isStruct(type) ? type : [];
  return `{${parts.map((part) => `'${part.name}': ${literal(valueOf(value, part), part)}`).join(', ')}}`;
}

/** Every way down to a scalar column, as the fields on it. */
export function scalarPaths(fields: readonly ModelField[], above: readonly ModelField[] = []): readonly (readonly ModelField[])[] {
  return fields.flatMap((field) => (isStruct(field.type) ? scalarPaths(field.type, [...above, field]) : [[...above, field]]));
}

/** Returns what a row has at the end of a way. */
export function valueAt(row: ModelRow, path: readonly ModelField[]): ModelValue {
  let value: ModelValue = row;
  for (const field of path) {
    if (value === null || typeof value === 'string') return null;
    value = valueOf(value, field);
  }
  return value;
}

/** Returns the fields with those at the end of a way changed. */
export function changeAt(
  fields: readonly ModelField[],
  path: readonly ModelField[],
  change: (siblings: readonly ModelField[]) => readonly ModelField[],
): readonly ModelField[] {
  const [first, ...rest] = path;
  if (first === undefined) return change(fields);
  return fields.map((field) =>
    field.id === first.id && isStruct(field.type) ? { ...field, type: changeAt(field.type, rest, change) } : field,
  );
}
