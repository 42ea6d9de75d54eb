import { copyFile, mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Field, locationToPath, pathToLocation, type TableSpec } from '../../../../spi/index.ts';
import type { CommitterParts } from '../../../../storage/committer/committer-parts.ts';
import { openCommitterParts } from '../../../../storage/committer/open-committer-parts.ts';
import { runRequest } from '../../../../storage/committer/run-request.ts';
import { localFileSystem } from '../../../../storage/file/local-file-system.ts';
import { verifyTable } from '../../../../storage/verify/verify-table.ts';
import { writeParquet } from '../fixture/stage-rows.ts';
import { committedTable, stagedWrite } from '../fixture/staged-write.ts';

const FIELDS: readonly Field[] = [{ id: 1, name: 'id', type: { kind: 'bigint' }, nullable: true }];
const APPENDS = 205;
const SPEC: TableSpec = {
  name: { schema: 'main', name: 't' },
  columns: FIELDS,
  partitioning: [{ column: 'id', transform: { kind: 'bucket', buckets: 4 } }],
  properties: {},
  comment: null,
};

let directory: string;
let parts: CommitterParts;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'merge-'));
  parts = await openCommitterParts(join(directory, 'warehouse'), 3, localFileSystem());
});

afterEach(async () => {
  await parts.store.close();
  await rm(directory, { recursive: true });
});

describe('many small appends', () => {
  it('leave few manifests, whose files keep their snapshots, sequence numbers, partitions and checksums', async () => {
    await runRequest(parts, { operationId: 'create', kind: 'create_table', spec: SPEC, ifExists: 'fail' });
    const table = committedTable(parts, SPEC.name);
    const { tableDirectory } = table;
    const template = await writeParquet(join(directory, 'rows.parquet'), FIELDS, 'SELECT 7::BIGINT AS id', ['1']);
    for (let append = 0; append < APPENDS; append += 1) {
      const path = join(tableDirectory, 'data', `p_${String(append)}-t-1`, 'a.parquet');
      await mkdir(join(path, '..'), { recursive: true });
      await copyFile(locationToPath(template.uri), path);
      const write = stagedWrite(table, { key: String(append), files: [{ ...template, uri: pathToLocation(path) }] });
      await runRequest(parts, { operationId: String(append), kind: 'commit_write', write });
    }
    const metadata = await parts.metadata.table(parts.store.relation(SPEC.name)?.metadataLocation ?? '');
    const manifests = await parts.metadata.manifestList(metadata.current?.manifestList ?? '');
    expect(manifests.length).toBeLessThan(110);
    const read = await Promise.all(manifests.map((manifest) => parts.metadata.manifest(manifest, metadata)));
    const entries = read.flatMap((manifest) => manifest.entries);
    expect(entries.map((entry) => entry.sequenceNumber).sort((a, b) => (a ?? 0) - (b ?? 0))).toEqual(
      Array.from({ length: APPENDS }, (_, append) => append + 1),
    );
    expect(new Set(entries.map((entry) => entry.snapshotId))).toEqual(new Set(metadata.snapshots.keys()));
    expect(new Set(entries.map((entry) => entry.partition[0]))).toEqual(new Set([1n]));
    expect(await verifyTable(parts.files, parts.store, parts.metadata, SPEC.name)).toMatchObject({
      files: APPENDS,
      filesWithoutChecksum: 0,
    });
  }, 60_000);
});
