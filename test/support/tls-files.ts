import { copyFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** An authority for tests, and a certificate of it. Paths of PEM files. */
export interface TlsTestFiles {
  readonly caFile: string;
  readonly certificateFile: string;
  readonly keyFile: string;
}

/** Copies an authority and its certificate for `localhost` into a folder. Both hold from 2020 to 2119, and stand for nothing but tests. */
export function copyTlsFiles(folder: string, name: 'one' | 'other'): TlsTestFiles {
  const copy = (file: string): string => {
    const path = join(folder, `${name}-${file}`);
    copyFileSync(fileURLToPath(new URL(`../fixture/tls/${name}-${file}`, import.meta.url)), path);
    return path;
  };
  return { caFile: copy('ca.pem'), certificateFile: copy('server.pem'), keyFile: copy('server.key') };
}
