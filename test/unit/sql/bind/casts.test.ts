import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { renderCastDocs } from '../../../../scripts/render-cast-docs.ts';
import { bindQueryText, catalogOf } from '../../../support/bind-text.ts';

const page = renderCastDocs();
const [header = '', , ...rows] = page.split('\n').filter((line) => line.startsWith('|'));
const cells = (line: string): readonly string[] =>
  line
    .split('|')
    .slice(1, -1)
    .map((text) => text.trim().replaceAll('*', ''));
const names = cells(header).slice(1);
const pairs = rows.flatMap((line) => {
  const [from = '', ...ways] = cells(line);
  return ways.map((way, index) => [from, names[index] ?? '', way] as const);
});
/** Types that cannot be written in a table's definition are left to the page. */
const storable = pairs.filter(([from, to, way]) => way !== '' && ![from, to].some((type) => type === 'fixed' || type === 'interval'));
const catalog = await catalogOf(
  names.filter((name) => name !== 'fixed' && name !== 'interval').map((name) => `CREATE TABLE of_${name} (x ${name})`),
);

describe('the page about casts', () => {
  it('is the one that the code makes', () => {
    expect(readFileSync(new URL('../../../../docs/sql/casts.md', import.meta.url), 'utf8')).toBe(page);
  });

  it.each(storable)('tells how %s becomes %s: %s', async (from, to, way) => {
    const binds = (text: string): Promise<boolean> =>
      bindQueryText(text, catalog).then(
        () => true,
        () => false,
      );
    const set = await binds(`SELECT x FROM of_${to} UNION ALL SELECT x FROM of_${from}`);
    const inserted = await binds(`INSERT INTO of_${to} SELECT x FROM of_${from}`);
    const cast = await binds(`SELECT CAST(x AS ${to}) FROM of_${from}`);
    expect({ inserted, cast }).toEqual({ inserted: way === 'auto' || way === 'insert', cast: way !== '·' });
    if (way === 'auto') expect(set).toBe(true);
  });
});
