import { beforeAll, describe, expect, it } from 'vitest';
import { encodeParameters, type GivenParameters } from '../../../../sql/bind/index.ts';
import { formatType } from '../../../../spi/index.ts';
import { bindQueryText, catalogOf } from '../../../support/bind-text.ts';
import type { MemoryCatalog } from '../../../support/memory-catalog.ts';
import { SALES_TABLES } from '../../../support/sales-tables.ts';

let catalog: MemoryCatalog;
beforeAll(async () => {
  catalog = await catalogOf(SALES_TABLES);
});

async function typesOf(text: string, parameters: GivenParameters): Promise<readonly string[]> {
  return (await bindQueryText(text, catalog, { parameters })).parameters.map(formatType);
}

describe('the type of a parameter', () => {
  it('is that of what it meets', async () => {
    expect(await typesOf('SELECT a FROM t WHERE a = ? AND c = ? AND e > ?', [1, 'x', '2001-02-03'])).toEqual([
      'integer',
      'varchar',
      'date',
    ]);
  });

  it('keeps a fraction beside an integer column', async () => {
    expect(await typesOf('SELECT a FROM t WHERE a > ?', [1.5])).toEqual(['double']);
  });

  it('is that of a CAST around it', async () => {
    expect(await typesOf('SELECT CAST(? AS DECIMAL(5, 2))', [1])).toEqual(['decimal(5,2)']);
  });

  it('is that of its value where nothing asks for one', async () => {
    expect(await typesOf('SELECT ?, ?, ?, ?, ? IS NULL', [1, 3_000_000_000, 1.5, true, 'x'])).toEqual([
      'integer',
      'bigint',
      'double',
      'boolean',
      'varchar',
    ]);
  });

  it('is one at all uses of a name', async () => {
    expect(await typesOf('SELECT $day IS NULL FROM t WHERE e = $day OR ts = $day', { day: '2001-02-03' })).toEqual(['date']);
  });

  it('is bigint in LIMIT and OFFSET', async () => {
    expect(await typesOf('SELECT a FROM t LIMIT ? OFFSET ?', [1, 2])).toEqual(['bigint', 'bigint']);
  });
});

describe('parameters that do not match the statement', () => {
  it.each([
    ['SELECT ?', []],
    ['SELECT 1', [1]],
    ['SELECT $2', [1]],
    ['SELECT $x', { y: 1 }],
    ['SELECT ?, $1', [1]],
  ] as const)('are refused: %s with %j', async (text, parameters) => {
    await expect(bindQueryText(text, catalog, { parameters })).rejects.toMatchObject({ code: 'SQL_PARAMETER' });
  });
});

describe('encodeParameters', () => {
  it('gives canonical texts in the order of the slots', () => {
    const types = [
      { kind: 'integer' },
      { kind: 'decimal', precision: 5, scale: 2 },
      { kind: 'date' },
      { kind: 'boolean' },
      { kind: 'varchar' },
    ] as const;
    expect(encodeParameters([7, '1.5', '2001-2-3', 'true', null], types)).toEqual(['7', '1.50', '2001-02-03', true, null]);
  });

  it('orders names, whatever the order of the keys', () => {
    const types = [{ kind: 'integer' }, { kind: 'varchar' }] as const;
    expect(encodeParameters({ b: 'x', a: 1 }, types)).toEqual(encodeParameters({ a: 1, b: 'x' }, types));
  });

  it('reads an instant without an offset in the zone', () => {
    expect(encodeParameters(['2001-07-01 12:00:00'], [{ kind: 'timestamptz' }], 'Europe/Berlin')).toEqual(['2001-07-01 10:00:00+00']);
  });

  it.each([
    [[2 ** 60], [{ kind: 'bigint' }]],
    [['x'], [{ kind: 'integer' }]],
    [['3000000000'], [{ kind: 'integer' }]],
    [[Number.NaN], [{ kind: 'double' }]],
    [['1000'], [{ kind: 'decimal', precision: 3, scale: 0 }]],
  ] as const)('refuses %j', (given, types) => {
    expect(() => encodeParameters(given, types)).toThrow(expect.objectContaining({ code: 'SQL_INVALID_VALUE' }) as Error);
  });

  it('refuses another number of values', () => {
    expect(() => encodeParameters([], [{ kind: 'integer' }])).toThrow(expect.objectContaining({ code: 'SQL_PARAMETER' }) as Error);
  });
});
