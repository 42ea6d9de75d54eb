import type { CheckOutcome, Finding } from './check.ts';

/** Findings that are kept in full; the others are counted. */
const KEPT_MAX = 8;

/** Collects what a check sees. */
export class Findings {
  readonly #kept: Finding[] = [];
  #cases = 0;
  #faults = 0;

  /** Counts a thing that was tried, and keeps it when it is not as expected. Returns whether it was. */
  expect(holds: boolean, where: string, expected: string, seen: string): boolean {
    this.#cases += 1;
    if (!holds) this.fail(where, expected, seen);
    return holds;
  }

  /** Keeps a fault of a thing that is counted already. */
  fail(where: string, expected: string, seen: string): void {
    this.#faults += 1;
    if (this.#kept.length < KEPT_MAX) this.#kept.push({ where, expected, seen });
  }

  get cases(): number {
    return this.#cases;
  }

  /** Returns what the check came to. Without a case, or a fault, it is skipped. */
  outcome(note: string | null = null): CheckOutcome {
    const more = this.#faults - this.#kept.length;
    const whole = more > 0 ? `${note === null ? '' : `${note}; `}${String(more)} more faults` : note;
    if (this.#faults > 0) return { status: 'failed', cases: this.#cases, findings: this.#kept, note: whole };
    return { status: this.#cases === 0 ? 'skipped' : 'passed', cases: this.#cases, findings: [], note: whole };
  }
}

/** Returns the outcome of a check about something that the engine does not declare. */
export function skipped(note: string): CheckOutcome {
  return { status: 'skipped', cases: 0, findings: [], note };
}
