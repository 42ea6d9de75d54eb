import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readTlsFiles } from '../../../../cli/server/read-tls-files.ts';
import { copyTlsFiles, type TlsTestFiles } from '../../../support/tls-files.ts';

let folder: string;
let files: TlsTestFiles;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'trivium-tls-files-'));
  files = copyTlsFiles(folder, 'one');
});
afterAll(() => {
  rmSync(folder, { recursive: true });
});

const refused = (message: RegExp): unknown =>
  expect.objectContaining({ code: 'CONFIG_INVALID', message: expect.stringMatching(message) as string });

describe('readTlsFiles', () => {
  it('returns the certificate with its key, and nothing where none is configured', () => {
    expect(readTlsFiles(files)?.leaf).toContain('BEGIN CERTIFICATE');
    expect(readTlsFiles({ certificateFile: null, keyFile: null })).toBeNull();
  });

  it('refuses half a pair, a missing file and what is no PEM, naming the key and the file', () => {
    const { certificateFile, keyFile } = files;
    const none = join(folder, 'none.pem');
    const text = join(folder, 'text.pem');
    writeFileSync(text, 'not PEM');
    expect(() => readTlsFiles({ certificateFile, keyFile: null })).toThrow(refused(/without http\.tls\.keyFile/));
    expect(() => readTlsFiles({ certificateFile: null, keyFile })).toThrow(refused(/without http\.tls\.certificateFile/));
    expect(() => readTlsFiles({ certificateFile: none, keyFile })).toThrow(refused(/certificateFile: .*none\.pem .*\(ENOENT\)/));
    expect(() => readTlsFiles({ certificateFile: text, keyFile })).toThrow(refused(/certificateFile: .*text\.pem is not a certificate/));
    expect(() => readTlsFiles({ certificateFile, keyFile: text })).toThrow(refused(/keyFile: .*text\.pem is not a private key/));
  });

  it('refuses a key of another certificate', () => {
    const other = copyTlsFiles(folder, 'other');
    expect(() => readTlsFiles({ ...files, keyFile: other.keyFile })).toThrow(
      refused(/other-server\.key is not the key of .*one-server\.pem/),
    );
  });

  it('refuses a certificate that does not hold today', () => {
    expect(() => readTlsFiles(files, Date.UTC(2120, 0, 2))).toThrow(refused(/one-server\.pem expired on/));
    expect(() => readTlsFiles(files, Date.UTC(2019, 11, 30))).toThrow(refused(/one-server\.pem is not valid before/));
  });
});
