import { readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Attack, expectProblem, type Target, type Verdict } from './attack.ts';

const LOCATION = ['STORAGE_LOCATION'];

const copyFrom = async ({ server }: Target, path: string, format = 'csv', codes: readonly string[] = LOCATION): Promise<Verdict> =>
  expectProblem(await server.sql(`COPY numbers FROM '${path}' (FORMAT ${format})`), codes);

const copyTo = async ({ server }: Target, path: string, format = 'csv'): Promise<Verdict> =>
  expectProblem(await server.sql(`COPY (SELECT * FROM numbers) TO '${path}' (FORMAT ${format})`), LOCATION);

/** Runs an attack over a link in the allowed folder, and takes the link away again. */
async function withLink(target: Target, name: string, to: string, run: (link: string) => Promise<Verdict>): Promise<Verdict> {
  const link = join(target.allowed, name);
  symlinkSync(to, link);
  try {
    return await run(link);
  } finally {
    rmSync(link, { force: true });
  }
}

/** Has a result written as Parquet, spoils it, and has it loaded. */
async function loadSpoilt(target: Target, spoil: (bytes: Buffer) => Buffer): Promise<Verdict> {
  const { server, allowed } = target;
  const path = join(allowed, 'spoilt.parquet');
  const written = await server.sql(
    `COPY (SELECT n, 'label ' || CAST(n AS varchar) AS label FROM generate_series(1, 20000) AS s(n)) TO '${path}' (FORMAT parquet)`,
  );
  if (!written.ok) return { pass: false, saw: `could not write the file: ${await written.text()}` };
  await written.text();
  try {
    writeFileSync(path, spoil(readFileSync(path)));
    return await copyFrom(target, path, 'parquet', ['STORAGE_FILE', 'STORAGE_CORRUPT', 'SQL_INVALID_VALUE']);
  } finally {
    rmSync(path, { force: true });
  }
}

/** Ways to files that must stay closed, and files that must not be believed. */
export const FILE_ATTACKS: readonly Attack[] = [
  { id: 'copy-from-outside', expects: 'STORAGE_LOCATION', run: (target) => copyFrom(target, join(target.outside, 'secret.csv')) },
  { id: 'copy-from-passwd', expects: 'STORAGE_LOCATION', run: (target) => copyFrom(target, '/etc/passwd') },
  { id: 'copy-from-dots', expects: 'STORAGE_LOCATION', run: (target) => copyFrom(target, `${target.allowed}/../outside/secret.csv`) },
  {
    id: 'copy-from-link',
    expects: 'STORAGE_LOCATION',
    run: (target) => withLink(target, 'link.csv', join(target.outside, 'secret.csv'), (link) => copyFrom(target, link)),
  },
  {
    id: 'copy-from-linked-folder',
    expects: 'STORAGE_LOCATION',
    run: (target) => withLink(target, 'folder', target.outside, (link) => copyFrom(target, join(link, 'secret.csv'))),
  },
  { id: 'copy-from-warehouse', expects: 'STORAGE_LOCATION', run: (target) => copyFrom(target, join(target.server.dataDirectory, 'token')) },
  { id: 'copy-from-url', expects: 'STORAGE_LOCATION', run: (target) => copyFrom(target, 'http://169.254.169.254/latest/meta-data') },
  {
    id: 'copy-from-pattern',
    expects: 'STORAGE_LOCATION or STORAGE_FILE',
    run: (target) => copyFrom(target, `${target.allowed}/*`, 'csv', ['STORAGE_LOCATION', 'STORAGE_FILE']),
  },
  { id: 'copy-to-outside', expects: 'STORAGE_LOCATION', run: (target) => copyTo(target, join(target.outside, 'new.csv')) },
  {
    id: 'copy-parquet-to-outside',
    expects: 'STORAGE_LOCATION',
    run: (target) => copyTo(target, join(target.outside, 'new.parquet'), 'parquet'),
  },
  {
    id: 'copy-to-linked-folder',
    expects: 'STORAGE_LOCATION',
    run: (target) => withLink(target, 'folder', target.outside, (link) => copyTo(target, join(link, 'new.csv'))),
  },
  {
    id: 'copy-to-warehouse',
    expects: 'STORAGE_LOCATION',
    run: (target) => copyTo(target, join(target.server.dataDirectory, 'warehouse', 'new.csv')),
  },
  { id: 'copy-over-token', expects: 'STORAGE_LOCATION', run: (target) => copyTo(target, join(target.server.dataDirectory, 'token')) },
  {
    id: 'copy-to-link-of-file',
    expects: 'the link is replaced, the file it led to stays as it was',
    run: async (target) => {
      const secret = join(target.outside, 'secret.csv');
      const before = readFileSync(secret, 'utf8');
      return withLink(target, 'link.csv', secret, async (link) => {
        const response = await target.server.sql(`COPY (SELECT 1 AS n) TO '${link}' (FORMAT csv)`);
        const saw = await response.text();
        return { pass: readFileSync(secret, 'utf8') === before, saw: `${String(response.status)} ${saw.slice(0, 100)}` };
      });
    },
  },
  {
    id: 'corrupt-parquet-pages',
    expects: 'STORAGE_FILE or STORAGE_CORRUPT',
    run: (target) => loadSpoilt(target, (bytes) => Buffer.concat([bytes.subarray(0, 4), Buffer.alloc(2000, 0xee), bytes.subarray(2004)])),
  },
  {
    id: 'corrupt-parquet-cut',
    expects: 'STORAGE_FILE',
    run: (target) => loadSpoilt(target, (bytes) => bytes.subarray(0, bytes.length - 100)),
  },
  { id: 'corrupt-parquet-empty', expects: 'STORAGE_FILE', run: (target) => loadSpoilt(target, () => Buffer.alloc(0)) },
  {
    id: 'corrupt-parquet-footer',
    expects: 'STORAGE_FILE',
    run: (target) =>
      loadSpoilt(target, (bytes) => {
        bytes.writeUInt32LE(0x7fffffff, bytes.length - 8);
        return bytes;
      }),
  },
];
