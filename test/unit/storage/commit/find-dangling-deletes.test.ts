import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { PartitionSpec } from '../../../../spi/index.ts';
import { MetadataReader } from '../../../../storage/catalog/metadata-reader.ts';
import { findDanglingDeletes } from '../../../../storage/commit/find-dangling-deletes.ts';
import { localFileSystem } from '../../../../storage/file/local-file-system.ts';
import type { DeleteFacts } from '../../../../storage/iceberg/manifest/manifest-entry.ts';
import { importMutant } from '../../../mutant/import-mutant.ts';
import { type ForeignFile, ForeignTable } from '../../../support/foreign-table.ts';

const BY_P: PartitionSpec = { specId: 0, fields: [{ sourceId: 2, fieldId: 1000, name: 'p', transform: { kind: 'identity' } }] };
const UNPARTITIONED: PartitionSpec = { specId: 1, fields: [] };
const POSITIONS: DeleteFacts = { content: 'position', equalityIds: [], referencedDataFile: null, vector: null };
const EQUALITY: DeleteFacts = { ...POSITIONS, content: 'equality', equalityIds: [1] };
const FIELDS = ['id', 'p'].map((name, index) => ({ id: index + 1, name, type: { kind: 'bigint' as const }, nullable: true }));

let table: ForeignTable;
beforeEach(() => {
  table = new ForeignTable(FIELDS, [BY_P, UNPARTITIONED]);
});
afterEach(() => {
  table.remove();
});

const rows = (p: bigint): ForeignFile => ({
  query: `SELECT 1::BIGINT AS id, ${String(p)}::BIGINT AS p`,
  fieldIds: { id: 1, p: 2 },
  specId: 0,
  partition: [p],
  deletes: null,
});

const equality = (specId: number, partition: readonly bigint[]): ForeignFile => ({
  query: 'SELECT 1::BIGINT AS id',
  fieldIds: { id: 1 },
  specId,
  partition,
  deletes: EQUALITY,
});

const positions = (p: bigint, location: string, paths: ForeignFile['paths']): ForeignFile => ({
  query: `SELECT '${location}' AS file_path, 0::BIGINT AS pos`,
  fieldIds: { file_path: 2147483546, pos: 2147483545 },
  specId: 0,
  partition: [p],
  deletes: POSITIONS,
  ...(paths === undefined ? {} : { paths }),
});

/** Commits two old files, deletes of five kinds, and a new file; returns which deletes dangle once the first old file is gone. */
async function danglingWithoutFirst(find: typeof findDanglingDeletes): Promise<readonly string[]> {
  const [first = '', second = ''] = await table.commit([rows(1n), rows(2n)]);
  const deletes = await table.commit([
    equality(0, [1n]),
    equality(0, [2n]),
    equality(1, []),
    positions(1n, first, [first, first]),
    positions(1n, first, undefined),
    positions(2n, second, undefined),
  ]);
  await table.commit([rows(1n)]);
  const names = ['equality of 1', 'equality of 2', 'equality of all', 'positions told', 'positions of 1', 'positions of 2'];
  const reader = new MetadataReader(localFileSystem());
  const manifests = await reader.manifestList(table.metadata.current?.manifestList ?? '');
  const dangling = await find(reader, table.metadata, manifests, new Set([first]));
  return deletes.flatMap((location, index) => (dangling.has(location) ? [names[index] ?? ''] : []));
}

const RIGHT = ['equality of 1', 'positions told', 'positions of 1'];

describe('deletes that apply to nothing', () => {
  it('are those whose data files are all gone or newer', async () => {
    expect((await danglingWithoutFirst(findDanglingDeletes)).toSorted()).toEqual(RIGHT.toSorted());
  });

  it.each([
    ['files that go count as if they stayed', 'if (gone.has(entry.location)) continue;', ''],
    ['deletes that still apply are not asked for', 'for (const each of applied) dangling.delete(deleteKey(each));', ''],
  ])('are found to be others when %s', async (_, from, to) => {
    const mutation = { folder: 'storage/commit', file: 'find-dangling-deletes.ts', from, to };
    const mutant = await importMutant<{ readonly findDanglingDeletes: typeof findDanglingDeletes }>('find-dangling-deletes.ts', mutation);
    expect((await danglingWithoutFirst(mutant.findDanglingDeletes)).toSorted()).not.toEqual(RIGHT.toSorted());
  });
});
