import { describe, expect, it } from 'vitest';
import type { Field } from '../../../../../spi/index.ts';
import type { ParquetPart } from '../../../../../storage/file/parquet-parts.ts';
import { hasFieldIds, mapColumns } from '../../../../../storage/iceberg/metadata/map-columns.ts';
import { type MappedField, NAME_MAPPING, nameMappingOf, printNameMapping } from '../../../../../storage/iceberg/metadata/name-mapping.ts';

const INTEGER = { kind: 'integer' } as const;
const FIELDS: readonly Field[] = [
  { id: 1, name: 'a', type: INTEGER, nullable: true },
  { id: 2, name: 's', type: { kind: 'struct', fields: [{ id: 3, name: 'x', type: INTEGER, nullable: true }] }, nullable: true },
  { id: 4, name: 'l', type: { kind: 'list', element: INTEGER, elementId: 5, elementNullable: true }, nullable: true },
  { id: 6, name: 'm', type: { kind: 'map', key: INTEGER, keyId: 7, value: INTEGER, valueId: 8, valueNullable: true }, nullable: true },
];

const part = (name: string, ...parts: ParquetPart[]): ParquetPart => ({ name, fieldId: null, parts });
const mapping = (text: string | undefined): readonly MappedField[] | null =>
  nameMappingOf({ location: 'file:///t', properties: text === undefined ? {} : { [NAME_MAPPING]: text } });
const mapped = (columns: readonly ParquetPart[], text: string): readonly unknown[] => {
  const found = mapColumns(columns, mapping(text) ?? [], '/f');
  return [Object.fromEntries(found.columns), Object.fromEntries(found.parts), found.unmapped];
};

describe('a name mapping', () => {
  it('of a schema has the names of its columns and of their parts', () => {
    const columns = [part('m', part('key'), part('value')), part('l', part('element')), part('s', part('x')), part('a')];
    expect(mapped(columns, printNameMapping(FIELDS))).toEqual([
      { 1: 'a', 2: 's', 4: 'l', 6: 'm' },
      { 3: 'x', 5: 'element', 7: 'key', 8: 'value' },
      null,
    ]);
  });

  it('may have several names for a column, and names for none', () => {
    const text = '[{"field-id":1,"names":["a","b"]},{"field-id":2,"names":[]},{"names":["gone"]}]';
    expect(mapped([part('b'), part('gone', part('x'))], text)).toEqual([{ 1: 'b' }, {}, null]);
    expect(mapped([part('a'), part('B')], text)).toEqual([{ 1: 'a' }, {}, 'B']);
  });

  it('tells the first column that it does not have, by its path', () => {
    expect(mapped([part('s', part('y')), part('z')], printNameMapping(FIELDS))[2]).toBe('s.y');
  });

  it('does not choose between two columns of a file that are one', () => {
    const text = '[{"field-id":1,"names":["a","b"]},{"field-id":2,"names":["c"]}]';
    for (const columns of [
      [part('a'), part('b')],
      [part('c'), part('C')],
    ])
      expect(() => mapped(columns, text)).toThrow(expect.objectContaining({ code: 'STORAGE_UNSUPPORTED' }) as Error);
  });

  it('is null for a table without, and damage when it is no mapping', () => {
    expect(mapping(undefined)).toBeNull();
    for (const text of ['', '{}', '[1]', '[{"field-id":"1"}]', '[{"names":"a"}]', '[{"names":[1]}]', '[{"fields":[null]}]'])
      expect(() => mapping(text), text).toThrow(expect.objectContaining({ code: 'STORAGE_CORRUPT' }) as Error);
  });
});

describe('a file', () => {
  it('is read by field ids as soon as one column or part of one has an id', () => {
    expect(hasFieldIds([part('a'), part('s', part('x'))])).toBe(false);
    expect(hasFieldIds([part('a'), part('s', { ...part('x'), fieldId: 3 })])).toBe(true);
  });
});
