import type { EnginePlugin } from '../../spi/index.ts';
import type { StartedEngine, Subject } from '../run/start-engine.ts';
import type { World } from '../world/open-world.ts';

/** How much is asked of an engine: 1 its shape, 2 the truth of its answers, 3 its conduct. */
export type Level = 1 | 2 | 3;

/** One thing that was not as it must be. */
export interface Finding {
  /** What was tried: a statement, or a step. */
  readonly where: string;
  readonly expected: string;
  readonly seen: string;
}

/** What a check came to. A check is skipped when the engine does not declare what it is about. */
export interface CheckOutcome {
  readonly status: 'passed' | 'failed' | 'skipped';
  /** Things that were tried. */
  readonly cases: number;
  readonly findings: readonly Finding[];
  /** What people should know beside that: what was left out, and why. */
  readonly note: string | null;
}

/** What checks work with. */
export interface CheckContext {
  readonly subject: Subject;
  readonly plugin: EnginePlugin;
  readonly world: World;
  /** The engine that checks share; none of them closes it. */
  readonly shared: StartedEngine;
  /** Starts another one, which is closed by whoever asked. */
  start(): Promise<StartedEngine>;
  readonly quick: boolean;
  readonly seed: number;
}

/** One promise of the contract. */
export interface Check {
  /** Stable name: level's word, a point, what it is about. */
  readonly id: string;
  readonly level: Level;
  /** What holds, as a sentence. */
  readonly title: string;
  /** Where the promise is written. */
  readonly readOn: string;
  run(context: CheckContext): Promise<CheckOutcome>;
}
