import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** An authority made for a test, and a certificate of it. Paths of PEM files. */
export interface TlsTestFiles {
  readonly caFile: string;
  readonly certificateFile: string;
  readonly keyFile: string;
}

/** Makes an authority and a certificate for `localhost` in a folder, by the program `openssl`; a machine without it fails the test. */
export function makeTlsFiles(folder: string, name: string): TlsTestFiles {
  const path = (file: string): string => join(folder, `${name}-${file}`);
  const openssl = (...words: readonly string[]): void => {
    execFileSync('openssl', words, { stdio: 'pipe' });
  };
  const newKey = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
  openssl('req', '-x509', ...newKey, '-keyout', path('ca.key'), '-out', path('ca.pem'), '-subj', `/CN=${name} authority`, '-days', '2');
  openssl('req', ...newKey, '-keyout', path('server.key'), '-out', path('server.csr'), '-subj', `/CN=${name}`);
  writeFileSync(path('names.txt'), 'subjectAltName=DNS:localhost\n');
  const authority = ['-CA', path('ca.pem'), '-CAkey', path('ca.key'), '-CAcreateserial'];
  const result = ['-extfile', path('names.txt'), '-out', path('server.pem')];
  openssl('x509', '-req', '-in', path('server.csr'), ...authority, ...result, '-days', '2');
  return { caFile: path('ca.pem'), certificateFile: path('server.pem'), keyFile: path('server.key') };
}
