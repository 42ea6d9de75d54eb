import { writeBackup } from '../../storage/backup/write-backup.ts';
import { openCatalogStore } from '../../storage/catalog-store/open-catalog-store.ts';
import { assert } from '../../spi/index.ts';
import type { FileSystem } from '../../storage/file/file-system.ts';
import { localFileSystem } from '../../storage/file/local-file-system.ts';
import { layoutOf } from '../../storage/warehouse-layout.ts';

/** A program that backs a warehouse up and is killed before the nth call of an operation of its file system: `sync` (of a file that is copied), `syncDirectory` or `replace` (of the record).
 *  Arguments: warehouse, folder, operation, n. */
const [directory, folder, operation, nth] = process.argv.slice(2);
assert(directory !== undefined && folder !== undefined, 'the program is told where it works');

const real = localFileSystem();
let calls = 0;

function dying<Words extends unknown[], Result>(name: string, run: (...words: Words) => Result): (...words: Words) => Result {
  return (...words) => {
    if (name === operation && (calls += 1) === Number(nth)) process.kill(process.pid, 'SIGKILL');
    return run(...words);
  };
}

const files: FileSystem = {
  read: (path) => real.read(path),
  stream: (path) => real.stream(path),
  create: (path, bytes) => real.create(path, bytes),
  write: (path, bytes) => real.write(path, bytes),
  makeDirectory: (path) => real.makeDirectory(path),
  size: (path) => real.size(path),
  list: (path) => real.list(path),
  remove: (path) => real.remove(path),
  sync: dying('sync', (path) => real.sync(path)),
  syncDirectory: dying('syncDirectory', (path) => real.syncDirectory(path)),
  replace: dying('replace', (path, bytes) => real.replace(path, bytes)),
};
const store = openCatalogStore(layoutOf(directory).catalogDirectory, 'read');
const run = { signal: new AbortController().signal, onProgress: () => Promise.resolve() };
await writeBackup({ files, store, warehouseDirectory: directory, ...run }, folder);
await store.close();
process.stdout.write('done');
