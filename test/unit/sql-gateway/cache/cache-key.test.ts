import { describe, expect, it } from 'vitest';
import { type CacheCircumstances, cacheKey } from '../../../../sql-gateway/cache/cache-key.ts';
import { importMutant } from '../../../mutant/import-mutant.ts';
import { bindQueryText } from '../../../support/bind-text.ts';
import { MemoryCatalog } from '../../../support/memory-catalog.ts';

const CIRCUMSTANCES: CacheCircumstances = { parameters: [], engineWished: null, engineVersions: 'olap@1' };

interface Execution {
  readonly text?: string;
  readonly snapshotId?: string;
  readonly timeZone?: string;
  readonly circumstances?: Partial<CacheCircumstances>;
}

async function keyOf(
  { text = 'SELECT n FROM t WHERE n > 3', snapshotId = '1', timeZone = 'UTC', circumstances = {} }: Execution,
  key = cacheKey,
) {
  const catalog = new MemoryCatalog();
  const columns = [
    { name: 'n', type: { kind: 'bigint' }, nullable: true },
    { name: 'at', type: { kind: 'timestamptz' }, nullable: true },
  ] as const;
  catalog.createTable({ name: { schema: 'main', name: 't' }, columns, partitioning: [], properties: {}, comment: null }, snapshotId);
  const parameters = [...(circumstances.parameters ?? [])];
  const query = await bindQueryText(text, catalog, { timeZone, parameters });
  return key(query, { ...CIRCUMSTANCES, ...circumstances });
}

const ZONED = 'SELECT CAST(at AS varchar) FROM t';
const WITH_PARAMETER = 'SELECT n FROM t WHERE n > $1';

/** Pairs of executions whose answers may differ, and the part of the key that tells them apart. */
const DIFFERENT: readonly (readonly [string, Execution, Execution])[] = [
  ['their snapshots', {}, { snapshotId: '2' }],
  [
    'their parameters',
    { text: WITH_PARAMETER, circumstances: { parameters: ['1'] } },
    { text: WITH_PARAMETER, circumstances: { parameters: ['2'] } },
  ],
  ['their time zones', { text: ZONED }, { text: ZONED, timeZone: 'Europe/Berlin' }],
  ['their literals', {}, { text: 'SELECT n FROM t WHERE n > 4' }],
  ['the names of their columns', {}, { text: 'SELECT n AS m FROM t WHERE n > 3' }],
  ['the engine asked for', {}, { circumstances: { engineWished: 'stream' } }],
  ['the versions of the engines', {}, { circumstances: { engineVersions: 'olap@2' } }],
];

describe('the key of a stored result', () => {
  it('is the same for the same execution', async () => {
    expect(await keyOf({})).toBe(await keyOf({}));
    expect(await keyOf({})).toMatch(/^[0-9a-f]{64}$/);
  });

  it.each(DIFFERENT)('differs by %s', async (_what, one, other) => {
    expect(await keyOf(one)).not.toBe(await keyOf(other));
  });

  it.each([
    'SELECT random() FROM t',
    'SELECT n FROM t WHERE at < now()',
    'SELECT current_date',
    "SELECT n FROM t WHERE n IN (SELECT CAST(localtimestamp AS date) - DATE '2020-01-01')",
    `VALUES ${Array.from({ length: 100 }, () => '(1)').join(', ')}`,
  ])('is none for %s', async (text) => {
    expect(await keyOf({ text })).toBeNull();
  });

  it.each([
    ['snapshots', 'plan: query.plan', "plan: JSON.stringify(query.plan, (name, part: unknown) => (name === 'snapshotId' ? '' : part))", 0],
    ['parameters', 'parameters, timeZone', 'timeZone', 1],
    ['time zones', 'timeZone, engineWished', 'engineWished', 2],
  ] as const)('would not tell executions apart without %s (mutant)', async (_what, from, to, index) => {
    const mutant = await importMutant<{ cacheKey: typeof cacheKey }>('cache-key.ts', {
      folder: 'sql-gateway/cache',
      file: 'cache-key.ts',
      from,
      to,
    });
    const [, one, other] = DIFFERENT[index] ?? ['', {}, {}];
    expect(await keyOf(one, mutant.cacheKey)).toBe(await keyOf(other, mutant.cacheKey));
  });
});
