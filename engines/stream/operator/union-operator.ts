import type { Changelog } from './operator.ts';

/** Returns inputs that are merged into one output: the sum of changelogs. The micro-batch ends when it has ended on every input. */
export function unionOperator(inputs: number, output: Changelog): readonly Changelog[] {
  let ended = 0;
  return Array.from({ length: inputs }, () => ({
    push: (batch) => {
      output.push(batch);
    },
    flush: () => {
      ended += 1;
      if (ended < inputs) return;
      ended = 0;
      output.flush();
    },
  }));
}
