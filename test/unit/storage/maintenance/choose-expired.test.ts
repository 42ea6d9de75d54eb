import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../../../../storage/iceberg/json/lossless-json.ts';
import { addSnapshot, createTableMetadata, withMembers } from '../../../../storage/iceberg/metadata/change-table-metadata.ts';
import { chooseExpired } from '../../../../storage/maintenance/choose-expired.ts';
import { importMutant } from '../../../mutant/import-mutant.ts';

const EMPTY = createTableMetadata({
  uuid: 'u',
  location: 'file:///t',
  fields: [],
  lastColumnId: 0,
  spec: { specId: 0, fields: [] },
  properties: {},
  createdAtMs: 1,
});

/** Five snapshots, made at 100, 200 and so on, each on the one before. */
function tableWith(refs: Readonly<Record<string, JsonObject>>, properties: Readonly<Record<string, string>>) {
  let table = withMembers(EMPTY, { properties });
  for (const id of [1, 2, 3, 4, 5]) {
    const parentId = table.current?.snapshotId ?? null;
    const snapshot = {
      snapshotId: BigInt(id),
      parentId,
      sequenceNumber: id,
      timestampMs: id * 100,
      manifestList: 'file:///l',
      summary: {},
      schemaId: 0,
    };
    table = addSnapshot(table, snapshot, null);
  }
  return withMembers(table, { refs: { ...(table.json['refs'] as JsonObject), ...refs } });
}

const ref = (type: 'branch' | 'tag', id: number, rules: JsonObject = {}): JsonObject => ({ type, 'snapshot-id': id, ...rules });

/** Returns what an expiry at 1000 lets go of. */
function gone(choose: typeof chooseExpired, refs: Readonly<Record<string, JsonObject>>, properties: Readonly<Record<string, string>> = {}) {
  const { expired, references } = choose(tableWith(refs, properties), { olderThanMs: 1000 }, () => false, 1000);
  return { snapshots: [...expired].map(Number), references: [...references] };
}

describe('branches and tags of an expiry', () => {
  it('go when they are older than they are to be kept, and their snapshots with them', () => {
    const refs = { old: ref('tag', 1, { 'max-ref-age-ms': 899 }), young: ref('tag', 2, { 'max-ref-age-ms': 800 }), kept: ref('tag', 3) };
    expect(gone(chooseExpired, refs)).toEqual({ snapshots: [1, 4], references: ['old'] });
    expect(gone(chooseExpired, refs, { 'history.expire.max-ref-age-ms': '600' })).toEqual({
      snapshots: [1, 3, 4],
      references: ['old', 'kept'],
    });
  });

  it('leave the branch main as it is, however old', () => {
    expect(gone(chooseExpired, { main: ref('branch', 5, { 'max-ref-age-ms': 1 }) })).toEqual({ snapshots: [1, 2, 3, 4], references: [] });
  });

  it('keep as many snapshots, and as young ones, as a branch says', () => {
    expect(gone(chooseExpired, { b: ref('branch', 4, { 'min-snapshots-to-keep': 2 }) }).snapshots).toEqual([1, 2]);
    expect(gone(chooseExpired, { b: ref('branch', 4, { 'max-snapshot-age-ms': 800 }) }).snapshots).toEqual([1]);
  });

  it.each([
    ['age is not looked at', 'nowMs - madeAtMs > own', 'false'],
    ['main may go', "name !== 'main' && nowMs", 'nowMs'],
    ['references that go keep their snapshots', '!gone.has(name)', 'true'],
  ])('are found to be wrong when %s', async (_, from, to) => {
    const mutation = { folder: 'storage/maintenance', file: 'choose-expired.ts', from, to };
    const { chooseExpired: mutant } = await importMutant<{ readonly chooseExpired: typeof chooseExpired }>('choose-expired.ts', mutation);
    const refs = { old: ref('tag', 1, { 'max-ref-age-ms': 899 }), main: ref('branch', 5, { 'max-ref-age-ms': 1 }) };
    expect(gone(mutant, refs)).not.toEqual(gone(chooseExpired, refs));
  });
});
