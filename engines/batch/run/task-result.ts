import { stat } from 'node:fs/promises';
import { type Fragment, locationToPath } from '../../../spi/index.ts';
import type { ExchangeFile } from '../task-message.ts';

/** What a task left behind. */
export type TaskResult =
  | { readonly kind: 'exchange'; readonly files: readonly ExchangeFile[] }
  | { readonly kind: 'stage'; readonly fragment: Fragment }
  | { readonly kind: 'spool'; readonly path: string; readonly bytes: number };

/** Returns the files of a result that count, with their sizes. */
export function filesOf(result: TaskResult): readonly { readonly path: string; readonly bytes: number }[] {
  switch (result.kind) {
    case 'exchange':
      return result.files;
    case 'stage':
      return result.fragment.files.map((file) => ({ path: locationToPath(file.uri), bytes: file.bytes }));
    case 'spool':
      return [result];
  }
}

/** Returns whether all files of a result are there in full length. */
export async function isComplete(result: TaskResult): Promise<boolean> {
  const sizes = await Promise.all(
    filesOf(result).map(async ({ path, bytes }) => {
      try {
        return (await stat(path)).size === bytes;
      } catch {
        // The file is gone: the task runs again.
        return false;
      }
    }),
  );
  return sizes.every(Boolean);
}
