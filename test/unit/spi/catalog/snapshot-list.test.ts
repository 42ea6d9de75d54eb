import { describe, expect, it } from 'vitest';
import { parseSnapshotList, printSnapshotList } from '../../../../spi/index.ts';

const entry = (schema: string, name: string, snapshotId: string | null) => ({ table: { schema, name }, snapshotId });

describe('a list of snapshots', () => {
  it('is written as schema.table@id, each once', () => {
    const list = [entry('main', 'flights', '123'), entry('main', 'flights', '123'), entry('main', 'empty', null)];
    expect(printSnapshotList(list)).toBe('main.flights@123, main.empty@empty');
  });

  it('comes back as it was, whatever the names', () => {
    const list = [
      entry('main', 'a b', '1'),
      entry('x.y', 'p@2, q', null),
      entry('say "hi"', 'größe', '9223372036854775807'),
      entry('main', '🛫', '3'),
    ];
    expect(parseSnapshotList(printSnapshotList(list))).toEqual(list);
  });

  it('takes spaces around its entries, and none is an empty list', () => {
    expect(parseSnapshotList(' a.b@1 ,a.c@2 ')).toEqual([entry('a', 'b', '1'), entry('a', 'c', '2')]);
    expect(parseSnapshotList('')).toEqual([]);
  });

  it.each(['a.b', 'b@1', 'a.b@x', 'a.b@1 c.d@2', 'a.b@12345678901234567890', ', a.b@1', 'a b.c@1'])('is not %s', (text) => {
    expect(() => parseSnapshotList(text)).toThrow(expect.objectContaining({ code: 'REQUEST_INVALID' }));
  });
});
