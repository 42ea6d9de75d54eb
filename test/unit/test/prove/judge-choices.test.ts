import { describe, expect, it } from 'vitest';
import { judgeChoices } from '../../../prove/routing/judge-choices.ts';
import type { Choice, MeasuredStatement, MeasuredWay, RoutedRun } from '../../../prove/routing/measured-choices.ts';

const way = (ms: number | null, spentMs = ms ?? 0): MeasuredWay => ({
  ms,
  spentMs,
  routingMs: 1,
  code: ms === null ? 'ENGINE_UNSUPPORTED' : null,
  runs: 3,
});
const took = (by: Choice | null, failed: readonly Choice[] = [], routingMs = 1): RoutedRun => ({
  by,
  failed,
  routingMs,
  rawMs: 1000,
  code: by === null ? 'ENGINE_REFUSED' : null,
});

/** Half of the statements are best on the interactive engine, half on the one for batches. */
function measured(runOf: (best: Choice, index: number) => RoutedRun): readonly MeasuredStatement[] {
  return Array.from({ length: 20 }, (_none, index): MeasuredStatement => {
    const best = index % 2 === 0 ? 'olap' : 'batch';
    const other = best === 'olap' ? 'batch' : 'olap';
    const ways = { olap: way(100), batch: way(100), stream: way(null, 5), view: way(null, 5), [other]: way(400) };
    return { kind: 'interactive', sql: 'SELECT 1', ways, routed: runOf(best, index), first: runOf(best, index) };
  });
}

const judge = (runOf: (best: Choice, index: number) => RoutedRun): Readonly<Record<string, { value: unknown; pass: boolean }>> =>
  Object.fromEntries(
    judgeChoices(measured(runOf), 1, [{ statements: 20, ratioMax: 1.3 }]).map(({ id, value, pass }) => [id, { value, pass }]),
  );

describe('the judgement of a router', () => {
  it('counts the medians of the ways that it took, not what its own runs took', () => {
    const checks = judge((best) => took(best));
    expect(checks['router-over-best-of-20']).toEqual({ value: 1, pass: true });
    expect(checks['raw-runs-over-best']?.value).toBe(10);
  });

  it('counts the time that choosing took beyond being told', () => {
    expect(judge((best) => took(best, [], 11))['router-over-best-of-20']).toEqual({ value: 1.1, pass: true });
  });

  it('counts the ways that it tried in vain before', () => {
    const checks = judge((best) => took(best, [best === 'olap' ? 'batch' : 'olap']));
    expect(checks['router-over-best-of-20']).toEqual({ value: 5, pass: false });
  });

  it('fails one that takes the wrong way, or leaves a statement without an answer', () => {
    expect(judge((best) => took(best === 'olap' ? 'batch' : 'olap'))['router-over-best-of-20']?.pass).toBe(false);
    const checks = judge((best, index) => took(index === 3 ? null : best));
    expect(checks['answered-by-the-router']).toEqual({ value: 19, pass: false });
    expect(checks['router-over-best-of-20']?.pass).toBe(false);
  });

  it('fails routers that do not look', () => {
    const checks = judge((best) => took(best));
    expect(checks['constant-router-caught']).toEqual({ value: 2.5, pass: true });
    expect(checks['random-router-caught']?.pass).toBe(true);
  });
});
