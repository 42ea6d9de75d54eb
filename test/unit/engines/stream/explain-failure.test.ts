import { expect, test } from 'vitest';
import { explainFailure } from '../../../../engines/stream/explain-failure.ts';
import { PlatformError } from '../../../../spi/index.ts';

/** Returns what is thrown. */
function thrownBy(work: () => unknown): unknown {
  try {
    work();
    return null;
  } catch (error) {
    return error;
  }
}

test.each([2 ** 52, 2 ** 40])('an array of %i elements, for which there is no memory, is told as such', (length) => {
  expect(explainFailure(thrownBy(() => new Float64Array(length))).code).toBe('RESOURCE_MEMORY');
});

test('other errors stay what they are', () => {
  const overflow = new PlatformError('SQL_OVERFLOW', 'too large');
  expect(explainFailure(overflow)).toBe(overflow);
  expect(explainFailure(thrownBy(() => 'x'.repeat(-1))).code).toBe('INTERNAL_INVARIANT');
});
