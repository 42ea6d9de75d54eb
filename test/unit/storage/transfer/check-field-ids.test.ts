import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import type { SchemaElement } from 'hyparquet';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { PlatformError } from '../../../../spi/index.ts';
import type { DeleteFacts } from '../../../../storage/iceberg/manifest/manifest-entry.ts';
import { FILE_PATH_ID, POS_ID } from '../../../../storage/iceberg/manifest/referenced-path.ts';
import { checkDeleteFile, checkFieldIds } from '../../../../storage/transfer/check-field-ids.ts';
import { parquetParts } from '../../../../storage/file/parquet-parts.ts';
import { readParquetFooter } from '../../../../storage/file/read-parquet-footer.ts';

interface Node {
  readonly element: Partial<SchemaElement>;
  readonly children: readonly Node[];
}

const leaf = (name: string, id?: number, repeated = false): Node => group({ name, type: 'INT32' }, id, [], repeated);
const struct = (name: string, id: number | undefined, ...children: Node[]): Node => group({ name }, id, children);
const repeated = (name: string, ...children: Node[]): Node => group({ name }, undefined, children, true);
const list = (name: string, id: number | undefined, entry: Node): Node => group({ name, converted_type: 'LIST' }, id, [entry]);
const map = (name: string, id: number | undefined, entry: Node): Node => group({ name, logical_type: { type: 'MAP' } }, id, [entry]);

function group(element: Partial<SchemaElement>, id: number | undefined, children: readonly Node[], isRepeated = false): Node {
  const repetition = { repetition_type: isRepeated ? 'REPEATED' : 'OPTIONAL' } as const;
  return { element: { ...element, ...repetition, ...(id === undefined ? {} : { field_id: id }) }, children };
}

const elements = ({ element, children }: Node): SchemaElement[] => [
  { ...(element as SchemaElement), ...(children.length === 0 ? {} : { num_children: children.length }) },
  ...children.flatMap(elements),
];

const footer = (...columns: Node[]): { schema: SchemaElement[] } => ({ schema: elements(struct('schema', undefined, ...columns)) });

/** Returns the column of which a check tells; null when it has nothing to say. */
function told(check: () => void): unknown {
  try {
    check();
    return null;
  } catch (error) {
    expect(error).toMatchObject({ code: 'STORAGE_UNSUPPORTED', details: { path: '/f.parquet' } });
    return error instanceof PlatformError ? error.details['column'] : null;
  }
}

const missing = (...columns: Node[]): unknown =>
  told(() => {
    checkFieldIds(parquetParts(footer(...columns)), null, '/f.parquet');
  });

describe('field ids of a data file', () => {
  it('are there on every column, not just on one', () => {
    expect(missing(leaf('a', 1), leaf('b', 2))).toBeNull();
    expect(missing(leaf('a', 1), leaf('b'), leaf('c', 3))).toBe('b');
    expect(missing(leaf('a'), leaf('b', 2))).toBe('a');
    expect(missing(leaf('a'))).toBe('a');
  });

  it('are there on the parts of structs and on the structs', () => {
    expect(missing(struct('s', 1, leaf('a', 2), struct('t', 3, leaf('b', 4))))).toBeNull();
    expect(missing(struct('s', 1, leaf('a', 2), struct('t', 3, leaf('b'))))).toBe('s.t.b');
    expect(missing(struct('s', 1, leaf('a', 2), struct('t', undefined, leaf('b', 4))))).toBe('s.t');
    expect(missing(struct('s', undefined, leaf('a', 2)))).toBe('s');
  });

  it('are there on entries of lists and maps, but not on the groups that wrap the entries', () => {
    expect(missing(list('l', 1, repeated('list', leaf('element', 2))))).toBeNull();
    expect(missing(list('l', 1, repeated('bag', leaf('array_element'))))).toBe('l.element');
    expect(missing(list('l', undefined, repeated('list', leaf('element', 2))))).toBe('l');
    expect(missing(list('l', 1, repeated('list', struct('element', 2, leaf('a')))))).toBe('l.element.a');
    expect(missing(map('m', 1, repeated('key_value', leaf('k', 2), leaf('v', 3))))).toBeNull();
    expect(missing(map('m', 1, repeated('key_value', leaf('k'), leaf('v', 3))))).toBe('m.key');
    expect(missing(map('m', 1, repeated('map', leaf('k', 2), struct('v', 3, leaf('a', 4), leaf('b')))))).toBe('m.value.b');
    // A group that only looks like one of a list is a struct.
    expect(missing(struct('s', 1, repeated('list', leaf('element', 2))))).toBe('s.list');
  });

  it('are those of the repeated column itself in lists of two levels', () => {
    expect(missing(list('l', 1, leaf('element', 2, true)))).toBeNull();
    expect(missing(list('l', 1, leaf('element', undefined, true)))).toBe('l.element');
    expect(missing(list('l', 1, repeated('array', leaf('a', 3))))).toBe('l.element');
    expect(missing(list('l', 1, repeated('l_tuple', leaf('a', 3))))).toBe('l.element');
    expect(missing(list('l', 1, repeated('pair', leaf('a', 3), leaf('b', 4))))).toBe('l.element');
  });

  describe('in files that DuckDB wrote', () => {
    let folder: string;
    beforeEach(() => {
      folder = mkdtempSync(join(tmpdir(), 'ids-'));
    });
    afterEach(() => {
      rmSync(folder, { recursive: true, force: true });
    });

    async function missingOf(fieldIds: string): Promise<unknown> {
      const instance = await DuckDBInstance.create(':memory:', { threads: '1' });
      const connection = await instance.connect();
      const path = join(folder, 'f.parquet');
      const query = "SELECT 1 AS i, {'a': 1, 'b': [{'c': 1}]} AS s, MAP {'k': {'v': 1}} AS m";
      await connection.run(`COPY (${query}) TO '${path}' (FORMAT parquet, FIELD_IDS {${fieldIds}})`);
      connection.closeSync();
      instance.closeSync();
      const read = await readParquetFooter(path);
      return told(() => {
        checkFieldIds(parquetParts(read), null, '/f.parquet');
      });
    }

    it('are found wherever they are to be', async () => {
      const s = 's: {__duckdb_field_id: 2, a: 3, b: {__duckdb_field_id: 4, element: {__duckdb_field_id: 5, c: 6}}}';
      const m = 'm: {__duckdb_field_id: 7, key: 8, value: {__duckdb_field_id: 9, v: 10}}';
      expect(await missingOf(`i: 1, ${s}, ${m}`)).toBeNull();
      expect(await missingOf(`i: 1, ${s.replace(', c: 6', '')}, ${m}`)).toBe('s.b.element.c');
      expect(await missingOf(`i: 1, ${s}, ${m.replace('key: 8, ', '')}`)).toBe('m.key');
    });
  });
});

describe('a delete file', () => {
  const check = (facts: Partial<DeleteFacts>, ...columns: Node[]): unknown =>
    told(() => {
      const deletes = { content: 'position', equalityIds: [], referencedDataFile: null, vector: null, ...facts } as const;
      checkDeleteFile(parquetParts(footer(...columns)), deletes, '/f.parquet');
    });

  it('of values has the field ids that it compares, and may have other columns without', () => {
    const equality = { content: 'equality', equalityIds: [1, 3] } as const;
    expect(check(equality, leaf('a', 1), leaf('b'), struct('s', 2, leaf('c', 3)))).toBeNull();
    expect(check(equality, leaf('a', 1), leaf('c'))).toBe('3');
    expect(check(equality, leaf('a'), leaf('c'))).toBe('1');
  });

  it('of positions has its two columns, with the ids of the format or none', () => {
    expect(check({}, leaf('file_path', FILE_PATH_ID), leaf('pos', POS_ID))).toBeNull();
    expect(check({}, leaf('pos'), leaf('file_path'), leaf('row'))).toBeNull();
    expect(check({}, leaf('file_path'))).toBe('pos');
    expect(check({}, leaf('path', FILE_PATH_ID), leaf('pos', POS_ID))).toBe('file_path');
    expect(check({}, leaf('file_path', FILE_PATH_ID), leaf('pos', 1))).toBe('pos');
  });
});
