import type { CheckOutcome, Level } from '../check/check.ts';

/** A check with what it came to. Units: milliseconds. */
export interface CheckReport extends CheckOutcome {
  readonly id: string;
  readonly level: Level;
  readonly title: string;
  readonly readOn: string;
  readonly elapsedMs: number;
}

/** A run of the kit: what `--json` writes. */
export interface KitReport {
  readonly engine: string;
  readonly version: string;
  /** The SPI range that the plugin names. */
  readonly spi: string;
  readonly level: Level;
  readonly quick: boolean;
  readonly seed: number;
  /** ISO 8601. */
  readonly startedAt: string;
  readonly checks: readonly CheckReport[];
}

/** Returns whether all that is declared holds. */
export function hasPassed({ checks }: Pick<KitReport, 'checks'>): boolean {
  return checks.every(({ status }) => status !== 'failed');
}

/** Returns the counts in words. */
export function summaryOf({ checks }: Pick<KitReport, 'checks'>): string {
  const count = (status: CheckOutcome['status']): string => String(checks.filter((check) => check.status === status).length);
  return `${count('passed')} passed, ${count('failed')} failed, ${count('skipped')} not declared`;
}
