import type { Reporter, TestModule } from 'vitest/node';

/** Closes a run with plain lines that any CI can read: `Failed: file > title: message` for each test that failed, and
 *  `Tests: N passed, N failed, N skipped`. A file that could not be loaded, and an error outside of all tests, count as failed. */
export default class SummaryReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], unhandledErrors: readonly unknown[]): void {
    const counts = { passed: 0, failed: unhandledErrors.length, skipped: 0 };
    for (const module of modules) {
      counts.failed += module.errors().length;
      for (const error of module.errors()) console.log(`Failed: ${module.relativeModuleId}: ${firstLineOf(error)}`);
      for (const test of module.children.allTests()) {
        const { state, errors } = test.result();
        if (state === 'failed') console.log(`Failed: ${module.relativeModuleId} > ${test.fullName}: ${firstLineOf(errors[0])}`);
        // A test that never got a result was cut off by a failure around it.
        counts[state === 'pending' ? 'failed' : state] += 1;
      }
    }
    console.log(`Tests: ${counts.passed} passed, ${counts.failed} failed, ${counts.skipped} skipped`);
  }
}

const firstLineOf = (error: { readonly message: string } | undefined): string => (error?.message ?? '').split('\n', 1)[0] ?? '';
