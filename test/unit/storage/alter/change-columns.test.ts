import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type ColumnChange, PlatformError } from '../../../../spi/index.ts';
import { changeColumns } from '../../../../storage/alter/change-columns.ts';
import { createTableMetadata } from '../../../../storage/iceberg/metadata/change-table-metadata.ts';
import type { TableMetadata } from '../../../../storage/iceberg/metadata/table-metadata.ts';

const NAMES = ['a', 'b', 'c', 'd'] as const;
const name = fc.constantFrom(...NAMES);
const position = fc.option(fc.record({ after: fc.option(name, { nil: null }) }), { nil: null });

const change: fc.Arbitrary<ColumnChange> = fc.oneof(
  fc.record({
    kind: fc.constant('add_column' as const),
    parent: fc.constant([]),
    column: name.map((each) => ({ name: each, type: { kind: 'integer' as const }, nullable: true })),
    position,
    ifNotExists: fc.boolean(),
  }),
  fc.record({ kind: fc.constant('drop_column' as const), column: name.map((each) => [each]), ifExists: fc.boolean() }),
  fc.record({ kind: fc.constant('rename_column' as const), column: name.map((each) => [each]), newName: name }),
  fc.record({
    kind: fc.constant('move_column' as const),
    column: name.map((each) => [each]),
    position: fc.record({ after: fc.option(name, { nil: null }) }),
  }),
);

interface Column {
  readonly id: number;
  readonly name: string;
}

/** What a change makes of a list of columns; null when it must be refused. */
function naive(columns: readonly Column[], step: ColumnChange, nextId: number): readonly Column[] | null {
  const has = (wanted: string): boolean => columns.some((column) => column.name === wanted);
  const place = (list: readonly Column[], moved: Column, after: string | null): readonly Column[] | null => {
    const rest = list.filter((column) => column !== moved);
    if (after === null) return [moved, ...rest];
    if (after === moved.name) return list;
    const at = rest.findIndex((column) => column.name === after);
    return at === -1 ? null : [...rest.slice(0, at + 1), moved, ...rest.slice(at + 1)];
  };
  switch (step.kind) {
    case 'add_column': {
      if (has(step.column.name)) return step.ifNotExists ? columns : null;
      const added = { id: nextId, name: step.column.name };
      return step.position === null ? [...columns, added] : place([...columns, added], added, step.position.after);
    }
    case 'drop_column': {
      const [gone = ''] = step.column;
      if (!has(gone)) return step.ifExists ? columns : null;
      return columns.length === 1 ? null : columns.filter((column) => column.name !== gone);
    }
    case 'rename_column': {
      const [old = ''] = step.column;
      if (!has(old) || (has(step.newName) && step.newName !== old)) return null;
      return columns.map((column) => (column.name === old ? { ...column, name: step.newName } : column));
    }
    case 'move_column': {
      const moved = columns.find((column) => column.name === step.column[0]);
      return moved === undefined ? null : place(columns, moved, step.position.after);
    }
    default:
      return null;
  }
}

const lastColumnId = ({ json }: TableMetadata): number => Number(json['last-column-id']);
const columnsOf = ({ schema }: TableMetadata): readonly Column[] => schema.fields.map(({ id, name: own }) => ({ id, name: own }));

describe('changes of columns', () => {
  it('do what a naive list of columns does, never give an id twice, and give equal schemas one number', () => {
    fc.assert(
      fc.property(fc.array(change, { maxLength: 25 }), (changes) => {
        let metadata = createTableMetadata({
          uuid: 'u',
          location: 'file:///w/t',
          fields: [{ id: 1, name: 'a', type: { kind: 'integer' }, nullable: true }],
          lastColumnId: 1,
          spec: { specId: 0, fields: [] },
          properties: {},
          createdAtMs: 1,
        });
        for (const step of changes) {
          const expected = naive(columnsOf(metadata), step, lastColumnId(metadata) + 1);
          const before = metadata;
          try {
            metadata = changeColumns(metadata, step);
          } catch (error) {
            expect(error).toBeInstanceOf(PlatformError);
            expect(expected).toBeNull();
            continue;
          }
          expect(columnsOf(metadata)).toEqual(expected);
          expect(lastColumnId(metadata)).toBeGreaterThanOrEqual(Math.max(lastColumnId(before), ...columnsOf(metadata).map(({ id }) => id)));
          const forms = [...metadata.schemas.values()].map(({ fields }) => JSON.stringify(fields));
          expect(new Set(forms).size).toBe(forms.length);
        }
      }),
      { numRuns: 300 },
    );
  });
});
