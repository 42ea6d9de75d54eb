import { execFileSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type AllowedFiles, createAllowedFiles } from '../../../../sql-gateway/file/allowed-files.ts';
import { openSpoolFolder } from '../../../../sql-gateway/file/spool-folder.ts';

describe('user files', () => {
  let root = '';
  let files: AllowedFiles;
  const inside = (...path: string[]) => join(root, 'allowed', ...path);

  beforeEach(async () => {
    root = realpathSync(mkdtempSync(join(tmpdir(), 'allowed-')));
    mkdirSync(inside('warehouse'), { recursive: true });
    mkdirSync(join(root, 'outside'));
    mkdirSync(join(root, 'allowed-too'));
    writeFileSync(inside('rows.csv'), 'a\n1\n');
    writeFileSync(join(root, 'outside', 'secret'), 'secret');
    writeFileSync(inside('warehouse', 'data.parquet'), 'data');
    writeFileSync(join(root, 'allowed-too', 'x'), 'x');
    const spool = await openSpoolFolder(join(root, 'spool'));
    files = createAllowedFiles({ allowedDirectories: [inside()], protectedDirectories: [inside('warehouse')], spool });
  });

  it('are listed below a folder, with what the folders tell, and by themselves', async () => {
    mkdirSync(inside('data', 'day=2024-01-01', 'word=a%2Fb'), { recursive: true });
    mkdirSync(inside('data', '_temporary'));
    for (const name of [
      'b.parquet',
      'a.parquet',
      '_SUCCESS',
      '.hidden.parquet',
      'notes.txt',
      '_temporary/x.parquet',
      'day=2024-01-01/word=a%2Fb/c.parquet',
    ])
      writeFileSync(inside('data', name), '');
    expect(await files.list(inside('data'), '.parquet')).toEqual([
      { path: inside('data', 'a.parquet'), pathValues: {} },
      { path: inside('data', 'b.parquet'), pathValues: {} },
      { path: inside('data', 'day=2024-01-01', 'word=a%2Fb', 'c.parquet'), pathValues: { day: '2024-01-01', word: 'a/b' } },
    ]);
    expect(await files.list(inside('rows.csv'), '.parquet')).toEqual([{ path: inside('rows.csv'), pathValues: {} }]);
    await expect(files.list(inside('data', '_temporary', 'none'), '.parquet')).rejects.toMatchObject({ code: 'STORAGE_FILE' });
    await expect(files.list(join(root, 'outside'), '.parquet')).rejects.toMatchObject({ code: 'STORAGE_LOCATION' });
    mkdirSync(inside('empty'));
    await expect(files.list(inside('empty'), '.parquet')).rejects.toMatchObject({ code: 'STORAGE_FILE' });
  });

  afterEach(() => {
    rmSync(root, { recursive: true });
  });

  it('checks folders that are read where they lie, by their names and by where they lead', async () => {
    mkdirSync(inside('tables'));
    symlinkSync(join(root, 'outside'), inside('out'));
    symlinkSync(inside('tables'), join(root, 'way-in'));
    await files.checkFolder(inside('tables'));
    for (const folder of [inside('out'), inside('warehouse'), join(root, 'outside'), join(root, 'way-in'), 'tables']) {
      await expect(files.checkFolder(folder), folder).rejects.toMatchObject({ code: 'STORAGE_LOCATION' });
    }
    await expect(files.checkFolder(inside('none'))).rejects.toMatchObject({ code: 'STORAGE_FILE' });
  });

  it('are read through a path that nobody else can change', async () => {
    const pinned = await files.pin(inside('rows.csv'));
    renameSync(inside('rows.csv'), inside('gone.csv'));
    symlinkSync(join(root, 'outside', 'secret'), inside('rows.csv'));
    expect(pinned.path.startsWith(join(root, 'spool'))).toBe(true);
    expect(readFileSync(pinned.path, 'utf8')).toBe('a\n1\n');
    await pinned.release();
    expect(readdirSync(join(root, 'spool'))).toEqual([]);
  });

  it.each([
    ['outside', () => join(root, 'outside', 'secret')],
    ['up and out', () => inside('..', 'outside', 'secret')],
    ['in a folder whose name begins alike', () => join(root, 'allowed-too', 'x')],
    ['in a protected folder', () => inside('warehouse', 'data.parquet')],
    ['at a relative path', () => 'rows.csv'],
    ['missing outside', () => join(root, 'outside', 'missing', 'deeper')],
    ['with a zero byte', () => `${inside('rows.csv')}\0`],
  ])('are not read %s', async (_, path) => {
    await expect(files.pin(path())).rejects.toMatchObject({ code: 'STORAGE_LOCATION' });
  });

  it('are not read through links that lead out, and are through links that stay in', async () => {
    symlinkSync(join(root, 'outside', 'secret'), inside('link'));
    symlinkSync(join(root, 'outside'), inside('folder'));
    symlinkSync(inside('rows.csv'), inside('inner'));
    await expect(files.pin(inside('link'))).rejects.toMatchObject({ code: 'STORAGE_LOCATION' });
    await expect(files.pin(inside('folder', 'secret'))).rejects.toMatchObject({ code: 'STORAGE_LOCATION' });
    await expect(files.pin(inside('folder', 'missing'))).rejects.toMatchObject({ code: 'STORAGE_LOCATION' });
    await (await files.pin(inside('inner'))).release();
  });

  it('are plain files: no folder, no pipe, nothing missing', async () => {
    execFileSync('mkfifo', [inside('pipe')]);
    for (const name of ['pipe', 'missing']) await expect(files.pin(inside(name))).rejects.toMatchObject({ code: 'STORAGE_FILE' });
    await expect(files.pin(inside())).rejects.toMatchObject({ code: 'STORAGE_FILE' });
  });

  it('appear under their name when they are complete', async () => {
    const file = await files.create(inside('out.csv'));
    await file.write(Buffer.from('a\n'));
    expect(existsSync(inside('out.csv'))).toBe(false);
    await file.publish();
    await file.discard();
    expect(readFileSync(inside('out.csv'), 'utf8')).toBe('a\n');
    expect(readdirSync(inside()).sort()).toEqual(['out.csv', 'rows.csv', 'warehouse']);
  });

  it('leave nothing behind when they are given up', async () => {
    const file = await files.create(inside('out.csv'));
    await file.write(Buffer.from('a\n'));
    await file.discard();
    expect(readdirSync(inside()).sort()).toEqual(['rows.csv', 'warehouse']);
  });

  it('are not written outside, through links to folders, or into protected folders', async () => {
    symlinkSync(join(root, 'outside'), inside('folder'));
    for (const path of [join(root, 'outside', 'new'), inside('folder', 'new'), inside('..', 'new'), inside('warehouse', 'new')]) {
      await expect(files.create(path)).rejects.toMatchObject({ code: 'STORAGE_LOCATION' });
    }
    expect(readdirSync(join(root, 'outside'))).toEqual(['secret']);
  });

  it('replace a link of their name and leave what it led to as it was', async () => {
    symlinkSync(join(root, 'outside', 'secret'), inside('link.csv'));
    const file = await files.create(inside('link.csv'));
    await file.write(Buffer.from('new'));
    await file.publish();
    expect(readFileSync(join(root, 'outside', 'secret'), 'utf8')).toBe('secret');
    expect(readFileSync(inside('link.csv'), 'utf8')).toBe('new');
  });

  it('are written into the folder that was checked, even when its name is given to another one', async () => {
    mkdirSync(inside('sub'));
    const file = await files.create(inside('sub', 'out.csv'));
    renameSync(inside('sub'), inside('moved'));
    symlinkSync(join(root, 'outside'), inside('sub'));
    await file.write(Buffer.from('x'));
    await file.publish();
    expect(readdirSync(join(root, 'outside'))).toEqual(['secret']);
    expect(statSync(inside('moved', 'out.csv')).size).toBe(1);
  });
});
