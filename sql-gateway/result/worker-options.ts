import { createRequire } from 'node:module';
import { fileURLToPath, pathToFileURL } from 'node:url';

/** Returns how a worker thread is started on a module: a built program has `.js` where its source says `.ts`. */
export function workerOptions(entry: URL): { readonly filename: string; readonly execArgv: string[] } {
  const path = fileURLToPath(entry);
  if (import.meta.url.endsWith('.js')) return { filename: pathToFileURL(path.replace(/\.ts$/, '.js')).href, execArgv: [] };
  const loader = createRequire(import.meta.url).resolve('tsx');
  return { filename: entry.href, execArgv: ['--import', pathToFileURL(loader).href] };
}
