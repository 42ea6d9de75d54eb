import { describe, expect, test } from 'vitest';
import type { Column } from '../../../../../engines/stream/changelog/column.ts';
import { StateReader } from '../../../../../engines/stream/state/state-reader.ts';
import { StateWriter } from '../../../../../engines/stream/state/state-writer.ts';
import { EventClock, rangeOf, splitBefore } from '../../../../../engines/stream/view/event-clock.ts';

const instants = (...values: readonly (bigint | null)[]): Column => ({
  kind: 'int64',
  values: new Int32Array(BigInt64Array.from(values, (value) => value ?? 99n).buffer),
  valid: values.includes(null) ? Uint8Array.from(values, (value) => (value === null ? 0 : 1)) : null,
});

describe('a watermark', () => {
  test('is the greatest instant less the delay, moves when a micro-batch ends, and never back', () => {
    const clock = new EventClock([5n]);
    clock.observe(0, 100n);
    clock.observe(0, 60n);
    expect(clock.watermarkUs).toBeNull();
    clock.advance();
    expect(clock.watermarkUs).toBe(95n);
    clock.observe(0, 70n);
    clock.advance();
    expect(clock.watermarkUs).toBe(95n);
  });

  test('of a view is the least of its scans that have one, and there is none before each has seen an event', () => {
    const clock = new EventClock([0n, null, 10n]);
    clock.observe(0, 100n);
    clock.advance();
    expect([clock.watermarkUs, ...clock.watermarksUs]).toEqual([null, 100n, null, null]);
    clock.observe(2, 50n);
    clock.advance();
    expect([clock.watermarkUs, ...clock.watermarksUs]).toEqual([40n, 100n, null, 40n]);
  });

  test('outlives a restart', () => {
    const clock = new EventClock([0n, 0n]);
    clock.observe(0, 2n ** 60n + 1n);
    clock.advance();
    const writer = new StateWriter();
    clock.snapshot(writer);
    const restored = new EventClock([0n, 0n]);
    restored.restore(new StateReader(writer.finish()));
    restored.observe(0, 5n);
    restored.advance();
    expect(restored.watermarksUs).toEqual([2n ** 60n + 1n, null]);
  });
});

describe('the instants of a column', () => {
  const edge = 2n ** 32n;

  test('range over all but NULL and infinity, also before 1970 and across the lanes of a value', () => {
    expect(rangeOf(instants(edge, null, edge - 1n, 2n ** 63n - 1n, -edge - 1n, -edge), 6)).toEqual({ least: -edge - 1n, greatest: edge });
    expect(rangeOf(instants(null, 2n ** 63n - 1n), 2)).toBeNull();
    expect(rangeOf(instants(0n), 1)).toEqual({ least: 0n, greatest: 0n });
  });

  test('are before a cut or not; a NULL never is', () => {
    const { before, others } = splitBefore(instants(edge, edge - 1n, null, -1n, -edge, edge + 1n), 6, edge);
    expect([[...before], [...others]]).toEqual([
      [1, 3, 4],
      [0, 2, 5],
    ]);
  });
});
