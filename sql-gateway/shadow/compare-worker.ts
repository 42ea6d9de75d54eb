import { compareResults, type ComparisonTask } from './compare-results.ts';

/** Compares two answers in a worker thread. */
export default function compare(task: ComparisonTask): string | null {
  return compareResults(task);
}
