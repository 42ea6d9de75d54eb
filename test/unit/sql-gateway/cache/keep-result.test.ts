import { describe, expect, it } from 'vitest';
import { PlatformError } from '../../../../spi/index.ts';
import { keepResult } from '../../../../sql-gateway/cache/keep-result.ts';
import { importMutant } from '../../../mutant/import-mutant.ts';

const FRAMES = [Uint8Array.of(1, 2), Uint8Array.of(3), Uint8Array.of(4, 5, 6)];

async function* source(failAfter = Infinity): AsyncGenerator<Uint8Array> {
  for (const [index, frame] of FRAMES.entries()) {
    if (index === failAfter) throw new PlatformError('ENGINE_LOST', 'gone');
    yield await Promise.resolve(frame);
  }
}

/** Reads so many frames and returns what was kept. */
async function keptOf(
  options: { readonly bytesMax?: number; readonly reads?: number; readonly failAfter?: number },
  keep = keepResult,
): Promise<readonly Uint8Array[] | null> {
  let kept: readonly Uint8Array[] | null = null;
  let read = 0;
  const frames = keep(source(options.failAfter), options.bytesMax ?? 100, (all) => {
    kept = all;
  });
  try {
    for await (const frame of frames) {
      read += frame.byteLength > 0 ? 1 : 0;
      if (read === options.reads) break;
    }
  } catch {
    // A source that fails is one of the cases.
  }
  return kept;
}

describe('a result that is kept', () => {
  it('is all of its frames, as copies', async () => {
    const kept = await keptOf({});
    expect(kept).toEqual(FRAMES);
    expect(kept?.[0]).not.toBe(FRAMES[0]);
  });

  it.each([
    ['its source fails', { failAfter: 2 }],
    ['its reader leaves', { reads: 2 }],
    ['it is larger than allowed', { bytesMax: 5 }],
  ])('is none when %s', async (_what, options) => {
    expect(await keptOf(options)).toBeNull();
  });

  it('would be incomplete if it were taken before the end (mutant)', async () => {
    const mutant = await importMutant<{ keepResult: typeof keepResult }>('keep-result.ts', {
      folder: 'sql-gateway/cache',
      file: 'keep-result.ts',
      from: '    yield frame;',
      to: '    yield frame;\n    onComplete(kept ?? []);',
    });
    expect(await keptOf({ failAfter: 2 }, mutant.keepResult)).not.toBeNull();
  });
});
