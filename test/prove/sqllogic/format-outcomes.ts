import type { RecordOutcome } from './run-file.ts';

/** Returns a table of what became of the records: one line per engine, refusals by code. */
export function formatOutcomes(outcomes: readonly RecordOutcome[]): string {
  const engines = [...new Set(outcomes.map(({ engine }) => engine))].sort();
  return engines
    .map((engine) => {
      const of = outcomes.filter((outcome) => outcome.engine === engine);
      const counts = new Map<string, number>();
      for (const { verdict } of of) {
        const key = verdict.kind === 'refused' ? `refused ${verdict.code}` : verdict.kind;
        counts.set(key, (counts.get(key) ?? 0) + 1);
      }
      const cells = [...counts].sort(([left], [right]) => (left < right ? -1 : 1)).map(([key, count]) => `${key} ${String(count)}`);
      return `${engine.padEnd(8)} ${String(of.length).padStart(5)} records: ${cells.join(', ')}`;
    })
    .join('\n');
}
