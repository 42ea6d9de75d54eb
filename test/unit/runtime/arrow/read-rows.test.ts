import { Field, Int32, List, Schema } from 'apache-arrow';
import { expect, it } from 'vitest';
import { encodeSchemaMessage, readRows } from '../../../../runtime/arrow/index.ts';

it('a result without rows has none, whatever the types of its columns', () => {
  const list = new List(new Field('item', new Int32(), true));
  expect(readRows([encodeSchemaMessage(new Schema([new Field('l', list, true)]))])).toEqual([]);
});
