import { assert } from '../../spi/index.ts';
import type { ChildHandle } from './spawn-child.ts';

/** How a pool of ready children is kept. */
export interface WarmPoolOptions {
  spawn(): Promise<ChildHandle>;
  /** Ready children to keep beside the leased ones. */
  readonly spares: number;
  /** Children at most, leased ones included; a lease beyond that waits for its turn. */
  readonly sizeMax: number;
  /** Units: milliseconds of pause after a failed start; doubles up to the second number. Default [100, 5000]. */
  readonly backOffMs?: readonly [number, number] | undefined;
  /** Takes each failed start. */
  onSpawnError(error: unknown): void;
}

/** A child that one caller has for itself; exactly one of release and discard is called. */
export interface Lease {
  readonly child: ChildHandle;
  /** Hands the child back for the next caller. */
  release(): void;
  /** Kills the child; another one is started in the background. */
  discard(): void;
}

/** Keeps children ready so that nobody waits for a start. */
export interface WarmPool {
  /** Hands out a ready child, waiting for one when none is (first come, first served).
   *  @throws the signal's reason, INTERNAL_UNAVAILABLE when the pool closes, or the start's error when children keep failing to start. */
  lease(signal?: AbortSignal): Promise<Lease>;
  /** Counts of the moment. */
  readonly state: { readonly ready: number; readonly leased: number; readonly starting: number; readonly waiting: number };
  /** Takes no more leases and waits for the running ones; kills those left after the timeout. */
  drain(timeoutMs: number): Promise<void>;
  /** Kills all children at once. */
  close(): Promise<void>;
}

/** Starts a pool; its spares are started at once in the background. */
export function createWarmPool(options: WarmPoolOptions): WarmPool {
  return assert(options.spares < 0, 'pools are not there yet') as never;
}
