import type { Reporter, TestModule } from 'vitest/node';

/** Closes a run with one plain line that any CI can read: `Tests: N passed, N failed, N skipped`.
 *  A file that could not be loaded, and an error outside of all tests, count as failed. */
export default class SummaryReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], unhandledErrors: readonly unknown[]): void {
    const counts = { passed: 0, failed: unhandledErrors.length, skipped: 0 };
    for (const module of modules) {
      counts.failed += module.errors().length;
      for (const test of module.children.allTests()) {
        const { state } = test.result();
        // A test that never got a result was cut off by a failure around it.
        counts[state === 'pending' ? 'failed' : state] += 1;
      }
    }
    console.log(`Tests: ${counts.passed} passed, ${counts.failed} failed, ${counts.skipped} skipped`);
  }
}
