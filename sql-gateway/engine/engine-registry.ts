import type { Engine, EngineCapabilities, EngineHealth } from '../../spi/index.ts';
import type { EngineTraces } from './trace/engine-traces.ts';

/** Where an engine is in its life. A canary serves a share of the statements of the engine whose name it has. */
export type EngineState = 'starting' | 'serving' | 'canary' | 'draining' | 'failed';

/** An engine at work. */
export interface RegisteredEngine {
  readonly name: string;
  readonly version: string;
  readonly engine: Engine;
  /** The engine whose place this one takes for a share of the statements, and that answers where this one does not. */
  readonly stable?: RegisteredEngine;
}

/** An engine of this server, at work or not, for people to see. */
export interface EngineStatus {
  readonly name: string;
  readonly version: string;
  readonly state: EngineState;
  /** Share of the statements that a canary gets, 0 to 1; null for any other engine. */
  readonly share: number | null;
  /** Whether it was installed while the server ran, or is in the configuration. */
  readonly origin: 'configuration' | 'installed';
  /** Statements that it runs. */
  readonly running: number;
  /** Why it failed; null otherwise. */
  readonly reason: string | null;
  readonly health: EngineHealth;
  /** Null before it has started. */
  readonly capabilities: EngineCapabilities | null;
}

/** The engines of this server. They come and go while statements run: a statement keeps the engine that it was given until it ends. */
export interface EngineRegistry {
  /** What is said between the host and its engines. */
  readonly traces: EngineTraces;
  /** Those that take statements now, canaries left out. */
  readonly engines: readonly RegisteredEngine[];
  /** Those that take the statement of this id: a canary stands in the place of its engine for its share. */
  enginesFor(queryId: string | null): readonly RegisteredEngine[];
  /** @throws ENGINE_UNKNOWN with the nearest name, ENGINE_UNAVAILABLE for one that takes no statements now */
  get(name: string, queryId?: string | null): RegisteredEngine;
  /** Passes for the name of any engine of this server, whatever its state.
   *  @throws ENGINE_UNKNOWN with the nearest name */
  check(name: string): void;
  /** All engines, in the order in which they came. */
  status(): Promise<readonly EngineStatus[]>;
  /** Ends all of them, each after what it runs, at most after the time given. */
  drain(timeoutMs: number): Promise<void>;
  close(): Promise<void>;
}

/** Returns an engine's state as people read it, such as `canary 5%`. */
export function formatState({ state, share }: Pick<EngineStatus, 'state' | 'share'>): string {
  return share === null ? state : `${state} ${String(Number((share * 100).toFixed(4)))}%`;
}
