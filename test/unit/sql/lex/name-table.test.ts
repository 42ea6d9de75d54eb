import { describe, expect, it } from 'vitest';
import { tokenize } from '../../../../sql/lex/index.ts';

const valuesOf = (text: string): string[] => tokenize(text).map(({ value }) => value);

describe('names of words', () => {
  it('are as written, whatever case the same name had before', () => {
    expect(valuesOf('ss_Item_sk SS_ITEM_SK ss_item_sk')).toEqual(['ss_Item_sk', 'SS_ITEM_SK', 'ss_item_sk', '']);
  });

  it('are told apart where they begin alike or have one place in the table', () => {
    expect(valuesOf('items items_ item Xb Yc a_ aa')).toEqual(['items', 'items_', 'item', 'Xb', 'Yc', 'a_', 'aa', '']);
    expect(valuesOf('aen af4 aen af4 ak_ alo ak_')).toEqual(['aen', 'af4', 'aen', 'af4', 'ak_', 'alo', 'ak_', '']);
  });

  it('may be longer than those that are kept', () => {
    const long = 'n'.repeat(100);
    expect(valuesOf(`${long} ${long}x ${long}`)).toEqual([long, `${long}x`, long, '']);
  });

  it('keep their letters beyond ASCII', () => {
    expect(valuesOf('grün grü gr')).toEqual(['grün', 'grü', 'gr', '']);
  });
});
