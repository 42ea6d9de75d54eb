import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  COMPACT_I32,
  CompactError,
  fieldOf,
  printCompactStruct,
  printStructList,
  printZigZag,
  readCompactStruct,
} from '../../../../../storage/data/parquet/compact-struct.ts';

describe('a struct of the compact protocol', () => {
  it('is printed as it was read, whatever its ids and numbers are', () => {
    const fields = fc.uniqueArray(
      fc.record({ id: fc.integer({ min: 1, max: 300 }), value: fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }) }),
      {
        selector: ({ id }) => id,
        maxLength: 40,
      },
    );
    fc.assert(
      fc.property(fields, (values) => {
        const sorted = [...values].sort((left, right) => left.id - right.id);
        const bytes = printCompactStruct(sorted.map(({ id, value }) => ({ id, type: COMPACT_I32, bytes: printZigZag(value) })));
        const read = readCompactStruct(bytes);
        expect(read.fields.map(({ id, value }) => ({ id, value }))).toEqual(sorted.map(({ id, value }) => ({ id, value: BigInt(value) })));
        expect(Buffer.from(printCompactStruct(read.fields))).toEqual(Buffer.from(bytes));
      }),
    );
  });

  it('may hold lists of any length', () => {
    for (const length of [0, 14, 15, 200]) {
      const element = printCompactStruct([{ id: 1, type: COMPACT_I32, bytes: printZigZag(7) }]);
      const list = printStructList(Array.from({ length }, () => element));
      const found = fieldOf(readCompactStruct(printCompactStruct([{ id: 2, type: 9, bytes: list }])), 2);
      expect(found).toMatchObject({ kind: 'list', elements: { length } });
    }
  });

  it('is refused when bytes are missing, types unknown, or structs endless', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), (bytes) => {
        try {
          readCompactStruct(bytes);
        } catch (error) {
          expect(error).toBeInstanceOf(CompactError);
        }
      }),
    );
    for (const bytes of [[], [0x15], [0x1e, 0], [0x18, 0xff, 0xff, 0xff, 0xff, 0xff, 0x0f], Array.from({ length: 100 }, () => 0x1c)]) {
      expect(() => readCompactStruct(Uint8Array.from(bytes))).toThrow(CompactError);
    }
  });
});
