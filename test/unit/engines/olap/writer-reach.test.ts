import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { writerReach } from '../../../../engines/olap/child/writer-reach.ts';
import { pathToLocation } from '../../../../spi/index.ts';
import { escapeGlob, lockDown, type LockDownOptions, openDatabase, quoteText } from '../../../../runtime/duckdb/index.ts';

const root = mkdtempSync(join(tmpdir(), 'writer-reach-'));
const file = (name: string): string => join(root, 'data', name);
const staging = (name: string): string => join(root, 'data', 'staging', name);

const write = (path: string): string => `COPY (SELECT 1 AS a) TO ${quoteText(path)} (FORMAT parquet)`;
const read = (path: string): string => `SELECT * FROM read_parquet([${quoteText(escapeGlob(path))}], hive_partitioning = false)`;

/** What a write may try, under the name of what it would mean. */
const ATTEMPTS: Readonly<Record<string, string>> = {
  'reads a file of its plan': read(file('a.parquet')),
  'reads a file whose name looks like a pattern': read(file('b[1]*.parquet')),
  'reads a part of a file': read(file('part.parquet')),
  'reads deletes': read(file('deletes.parquet')),
  'writes into its folder': write(join(staging('one'), 'new.parquet')),
  'reads a file of another table': read(file('other.parquet')),
  'reads all files': read(file('*.parquet')).replaceAll('[*]', '*'),
  'writes into the folder of another write': write(join(staging('two'), 'new.parquet')),
  'writes beside its folder': write(`${staging('one')}-2`),
  'writes among the data': write(file('new.parquet')),
};

beforeAll(async () => {
  for (const name of ['one', 'two']) mkdirSync(staging(name), { recursive: true });
  const database = openDatabase();
  for (const name of ['a', 'b[1]*', 'part', 'deletes', 'other']) await database.connect().execute(write(file(`${name}.parquet`)));
  await database.close();
});
afterAll(() => {
  rmSync(root, { recursive: true });
});

async function done(reach: Pick<LockDownOptions, 'allowedDirectories' | 'allowedPaths'>): Promise<readonly string[]> {
  const database = openDatabase({ config: { threads: '1' } });
  const connection = database.connect();
  try {
    await lockDown(connection, { ...reach, memoryBytesMax: 128 << 20, threads: 1, tempDirectory: join(root, 'temp') });
    const names: string[] = [];
    for (const [name, sql] of Object.entries(ATTEMPTS)) {
      const works = await connection.execute(sql).then(
        () => true,
        () => false,
      );
      if (works) names.push(name);
    }
    return names;
  } finally {
    await database.close();
  }
}

const message = {
  directory: staging('one'),
  scans: [
    {
      files: [file('a.parquet'), file('b[1]*.parquet')],
      parts: [{ file: file('part.parquet'), from: 0, to: 1 }],
      deletes: {
        lists: [[{ kind: 'position' as const, uri: pathToLocation(file('deletes.parquet')), rows: 1, bytes: 1 }]],
        files: [],
      },
      byFieldId: false,
      residual: null,
    },
  ],
};
const OWN = Object.keys(ATTEMPTS).slice(0, 5);

describe('the database of a write', () => {
  it('reads the files of its plan and writes into its own folder, and nothing else', async () => {
    expect(await done(writerReach(message))).toEqual(OWN);
  });

  it('is found to reach the folders of other writes when it may touch all data', async () => {
    const reach = writerReach(message);
    const wide = { ...reach, allowedDirectories: [...reach.allowedDirectories, join(root, 'data')] };
    expect(await done(wide)).toEqual(expect.arrayContaining(['writes into the folder of another write', 'reads a file of another table']));
  });
});
