import { assert } from '../spi/index.ts';
import type { Check } from '../test/prove/proof.ts';

/** A median with its 95% interval by order statistics, which assumes nothing about the distribution. */
export interface MedianInterval {
  readonly median: number;
  readonly low: number;
  readonly high: number;
  readonly samples: number;
}

/** The outcome of interleaved pairs. */
export interface PairedMeasurement {
  /** Ours divided by the peer's, pair by pair. */
  readonly ratio: MedianInterval;
  /** Units: milliseconds. */
  readonly ours: MedianInterval;
  /** Units: milliseconds. */
  readonly peer: MedianInterval;
}

/** What is measured against what. */
export interface PairOptions {
  /** Default 15. */
  readonly pairs?: number | undefined;
  /** Unmeasured pairs ahead of the measured ones. Default 2. */
  readonly warmUpPairs?: number | undefined;
  ours(): Promise<unknown>;
  peer(): Promise<unknown>;
}

/** Measures two ways of doing the same in turn, so that what slows the machine slows both; every other pair starts with the peer. */
export async function measurePairs(options: PairOptions): Promise<PairedMeasurement> {
  const ours: number[] = [];
  const peer: number[] = [];
  for (let pair = -(options.warmUpPairs ?? 2); pair < (options.pairs ?? 15); pair++) {
    const peerFirst = pair % 2 !== 0;
    const peerFirstMs = peerFirst ? await elapsedMs(() => options.peer()) : 0;
    const oursMs = await elapsedMs(() => options.ours());
    const peerMs = peerFirst ? peerFirstMs : await elapsedMs(() => options.peer());
    if (pair < 0) continue;
    ours.push(oursMs);
    peer.push(peerMs);
  }
  const ratios = ours.map((value, pair) => value / (peer[pair] ?? Number.NaN));
  return { ratio: medianInterval(ratios), ours: medianInterval(ours), peer: medianInterval(peer) };
}

/** Measures one thing again and again; returns the times in ascending order. Units: milliseconds. */
export async function sampleMs(count: number, run: () => Promise<unknown>): Promise<number[]> {
  const times: number[] = [];
  for (let sample = 0; sample < count; sample++) times.push(await elapsedMs(run));
  return times.sort((left, right) => left - right);
}

/** Returns how long one run took. Units: milliseconds. */
export async function elapsedMs(run: () => Promise<unknown>): Promise<number> {
  const startedMs = performance.now();
  await run();
  return performance.now() - startedMs;
}

/** Returns the quantile (0 to 1) of values in ascending order: the smallest value that at least so many are not above. */
export function quantile(sorted: readonly number[], fraction: number): number {
  const value = sorted[Math.max(0, Math.ceil(sorted.length * fraction) - 1)];
  assert(value !== undefined, 'a quantile needs values');
  return value;
}

/** Returns the median and its 95% interval: the ranks between which the median lies in at least 95% of all samples. */
export function medianInterval(values: readonly number[]): MedianInterval {
  const sorted = [...values].sort((left, right) => left - right);
  const samples = sorted.length;
  const below = lowRank(samples);
  const middle = (quantile(sorted, 0.5) + (sorted[Math.floor(samples / 2)] ?? Number.NaN)) / 2;
  return { median: middle, low: sorted[below] ?? Number.NaN, high: sorted[samples - 1 - below] ?? Number.NaN, samples };
}

/** Returns the check of a ratio against its limit, with interval and times as the note. */
export function ratioCheck(id: string, measured: PairedMeasurement, ratioMax: number, processMode: string): Check {
  const { ratio, ours, peer } = measured;
  return {
    id,
    value: round(ratio.median),
    unit: 'ratio',
    target: `<= ${ratioMax}`,
    pass: ratio.median <= ratioMax,
    note: `95% ${round(ratio.low)} to ${round(ratio.high)} of ${ratio.samples} pairs; ours ${round(ours.median)} ms, peer ${round(peer.median)} ms; ${processMode}`,
  };
}

/** Rounds to four significant digits, as figures are shown. */
export function round(value: number): number {
  return Number(value.toPrecision(4));
}

/** Returns the largest number of samples that may be cut off at each end; one sample in two lies below the median. */
function lowRank(samples: number): number {
  let term = 0.5 ** samples;
  let tail = 0;
  let rank = 0;
  while (rank < samples / 2) {
    tail += term;
    if (tail > 0.025) break;
    term = (term * (samples - rank)) / (rank + 1);
    rank += 1;
  }
  return Math.max(0, rank - 1);
}
