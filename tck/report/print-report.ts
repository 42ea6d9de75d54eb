import type { Finding } from '../check/check.ts';
import { type CheckReport, type KitReport, summaryOf } from './report.ts';

const WORDS = { passed: 'ok', failed: 'FAILED', skipped: 'not declared' } as const;

/** Returns one check as lines of a terminal: its row, then its findings. */
export function printCheck({ id, status, cases, elapsedMs, note, title, findings, readOn }: CheckReport): string {
  const time = `${(elapsedMs / 1000).toFixed(1)} s`;
  const row =
    `${WORDS[status].padEnd(12)} ${id.padEnd(24)} ${String(cases).padStart(5)} cases ${time.padStart(8)}  ${note ?? ''}`.trimEnd();
  if (status !== 'failed') return `${row}\n`;
  return `${row}\n  ${title}.\n${findings.map(printFinding).join('')}  read on: ${readOn}\n`;
}

/** Returns what stands above the table. */
export function printHead({ engine, version, level, quick, seed }: Omit<KitReport, 'checks' | 'startedAt' | 'spi'>): string {
  return `engine ${engine} ${version}: checks up to level ${String(level)}${quick ? ', quick' : ''}, seed ${String(seed)}\n`;
}

/** Returns what stands below the table. */
export function printSummary(report: KitReport): string {
  return `${summaryOf(report)}\n`;
}

function printFinding({ where, expected, seen }: Finding): string {
  return `  - ${where}\n    expected: ${expected}\n    seen:     ${seen}\n`;
}
