import { describe, expect, it } from 'vitest';
import { OldMetadata } from '../../../../storage/commit/old-metadata.ts';
import type { JsonObject } from '../../../../storage/iceberg/json/lossless-json.ts';
import type { TableMetadata } from '../../../../storage/iceberg/metadata/table-metadata.ts';
import { importMutant } from '../../../mutant/import-mutant.ts';

const logging = (...names: readonly string[]): TableMetadata =>
  ({ json: { 'metadata-log': names.map((name): JsonObject => ({ 'metadata-file': `file:///m/${name}` })) } }) as unknown as TableMetadata;

/** Lets the file `a` go, then `b`, with transactions that begin before, between and after; returns what is removed after each step. */
async function history(Class: typeof OldMetadata): Promise<readonly string[]> {
  const removed: string[] = [];
  const old = new Class({ remove: (path) => Promise.resolve(void removed.push(path.slice(3))) });
  const steps: string[] = [];
  const note = (step: string): void => void steps.push(`${step}: ${removed.splice(0).join(' ')}`.trim());
  await old.letGo(logging('x', 'a'), logging('a'));
  note('x without holds');
  old.hold('first');
  await old.letGo(logging('a', 'b'), logging('b'));
  note('a under the first');
  old.hold('second');
  await old.letGo(logging('b', 'c'), logging('c'));
  note('b under both');
  await old.release('first');
  note('first released');
  old.hold('third');
  await old.release('unknown');
  await old.release('second');
  note('second released');
  await old.release('third');
  note('third released');
  return steps;
}

const RIGHT = ['x without holds: x', 'a under the first:', 'b under both:', 'first released: a', 'second released: b', 'third released:'];

describe('metadata files that no log names any more', () => {
  it('stay while somebody may read them, and go with the last who may', async () => {
    expect(await history(OldMetadata)).toEqual(RIGHT);
  });

  it.each([
    ['holds are not asked', 'if (this.#holds.size > 0) this.#deferred', 'if (this.#holds.size < 0) this.#deferred'],
    ['a release removes what others hold', 'hold < oldest', 'hold <= oldest'],
    ['a release removes nothing', 'for (const { path } of free)', 'for (const { path } of free.slice(1))'],
  ])('are found to be wrong when %s', async (_, from, to) => {
    const mutation = { folder: 'storage/commit', file: 'old-metadata.ts', from, to };
    const mutant = await importMutant<{ readonly OldMetadata: typeof OldMetadata }>('old-metadata.ts', mutation);
    expect(await history(mutant.OldMetadata)).not.toEqual(RIGHT);
  });
});
