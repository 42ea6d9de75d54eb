import type { StageFunction } from '../expression/stage.ts';
import type { Changelog } from './operator.ts';

/** Runs a stateless stage over each batch; weights stay with their rows. */
export function stageOperator(stage: StageFunction, output: Changelog): Changelog {
  return {
    push: (batch) => {
      const made = stage(batch);
      if (made.rows > 0) output.push(made);
    },
    flush: () => {
      output.flush();
    },
  };
}
