import { describe, expect, it } from 'vitest';
import { tokenize } from '../../../../sql/lex/index.ts';

const valuesOf = (text: string): string[] => tokenize(text).map(({ value }) => value);

describe('names of words', () => {
  it('are as written, whatever case the same name had before', () => {
    expect(valuesOf('ss_Item_sk SS_ITEM_SK ss_item_sk')).toEqual(['ss_Item_sk', 'SS_ITEM_SK', 'ss_item_sk', '']);
  });

  it('are told apart where they begin alike or are of one hash', () => {
    // In base 31, one step of the first character weighs as much as 31 of the second.
    expect(valuesOf('items items_ item Xb Yc a_ aa')).toEqual(['items', 'items_', 'item', 'Xb', 'Yc', 'a_', 'aa', '']);
    expect(valuesOf('b0 aO b0 aO')).toEqual(['b0', 'aO', 'b0', 'aO', '']);
  });

  it('may be longer than those that are kept', () => {
    const long = 'n'.repeat(100);
    expect(valuesOf(`${long} ${long}x ${long}`)).toEqual([long, `${long}x`, long, '']);
  });

  it('keep their letters beyond ASCII', () => {
    expect(valuesOf('grün grü gr')).toEqual(['grün', 'grü', 'gr', '']);
  });
});
