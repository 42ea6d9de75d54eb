import { assert, PlatformError } from '../../spi/index.ts';
import type { ChildHandle } from './spawn-child.ts';

/** How a pool of ready children is kept. */
export interface WarmPoolOptions {
  spawn(): Promise<ChildHandle>;
  /** Ready children to keep beside the leased ones. */
  readonly spares: number;
  /** Children at most, leased ones included; a lease beyond that waits for its turn. */
  readonly sizeMax: number;
  /** Leased children at most that do not count. Default 0. */
  readonly uncountedMax?: number | undefined;
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
  /** Makes room for another lease while this one lasts, and returns true; false when too many do that already. The child is not handed out again. */
  uncount(): boolean;
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

const BACK_OFF_MS = [100, 5000] as const;

/** After so many failed starts in a row those who wait are told. */
const FAILURES_TOLD = 3;

/** Starts a pool; its spares are started at once in the background. */
export function createWarmPool(options: WarmPoolOptions): WarmPool {
  return new ChildPool(options);
}

interface Waiter {
  readonly resolve: (lease: Lease) => void;
  readonly reject: (error: Error) => void;
}

class ChildPool implements WarmPool {
  readonly #options: WarmPoolOptions;
  readonly #ready: ChildHandle[] = [];
  readonly #leased = new Set<ChildHandle>();
  /** Leased ones that do not count. */
  readonly #uncounted = new Set<ChildHandle>();
  readonly #waiters: Waiter[] = [];
  readonly #starts = new Set<Promise<void>>();
  #failures = 0;
  #retryTimer: NodeJS.Timeout | null = null;
  #stopping = false;
  #onIdle: () => void = () => undefined;

  constructor(options: WarmPoolOptions) {
    this.#options = options;
    this.#fill();
  }

  get state(): WarmPool['state'] {
    return {
      ready: this.#ready.length,
      leased: this.#leased.size + this.#uncounted.size,
      starting: this.#starts.size,
      waiting: this.#waiters.length,
    };
  }

  lease(signal?: AbortSignal): Promise<Lease> {
    if (this.#stopping) return Promise.reject(stoppingError());
    if (signal?.aborted === true) return Promise.reject(signal.reason as Error);
    return new Promise((resolve, reject) => {
      const waiter: Waiter = {
        resolve: (lease) => {
          signal?.removeEventListener('abort', leave);
          resolve(lease);
        },
        reject: (error) => {
          signal?.removeEventListener('abort', leave);
          reject(error);
        },
      };
      const leave = (): void => {
        this.#waiters.splice(this.#waiters.indexOf(waiter), 1);
        reject(signal?.reason as Error);
      };
      signal?.addEventListener('abort', leave, { once: true });
      this.#waiters.push(waiter);
      this.#serve();
    });
  }

  async drain(timeoutMs: number): Promise<void> {
    this.#refuseNewLeases();
    if (this.state.leased > 0) {
      let timer: NodeJS.Timeout | undefined;
      await new Promise<void>((resolve) => {
        this.#onIdle = resolve;
        timer = setTimeout(resolve, timeoutMs);
      });
      clearTimeout(timer);
    }
    await this.close();
  }

  async close(): Promise<void> {
    this.#refuseNewLeases();
    await Promise.all(this.#starts);
    const children = [...this.#ready.splice(0), ...this.#leased, ...this.#uncounted];
    for (const child of children) child.kill();
    await Promise.all(children.map((child) => child.exited));
  }

  #refuseNewLeases(): void {
    this.#stopping = true;
    if (this.#retryTimer !== null) clearTimeout(this.#retryTimer);
    this.#retryTimer = null;
    for (const waiter of this.#waiters.splice(0)) waiter.reject(stoppingError());
  }

  /** Gives ready children to those who wait, and starts new ones where some are missing. */
  #serve(): void {
    while (this.#waiters.length > 0) {
      // The one used last has the warmest caches; the others are there for the crowd.
      const child = this.#ready.pop();
      if (child === undefined) break;
      this.#waiters.shift()?.resolve(this.#leaseOf(child));
    }
    this.#fill();
  }

  #fill(): void {
    if (this.#stopping || this.#retryTimer !== null) return;
    const { spares, sizeMax } = this.#options;
    while (
      this.#ready.length + this.#starts.size < spares + this.#waiters.length &&
      this.#ready.length + this.#starts.size + this.#leased.size < sizeMax
    ) {
      const start: Promise<void> = this.#start().finally(() => {
        this.#starts.delete(start);
        this.#serve();
      });
      this.#starts.add(start);
    }
  }

  async #start(): Promise<void> {
    try {
      const child = await this.#options.spawn();
      if (this.#stopping) {
        child.kill();
        return;
      }
      this.#ready.push(child);
      void child.exited.then(({ code, signal }) => {
        this.#onSpareEnded(child, code, signal);
      });
    } catch (error) {
      this.#onFailure(error);
    }
  }

  #onSpareEnded(child: ChildHandle, code: number | null, signal: string | null): void {
    const index = this.#ready.indexOf(child);
    if (index < 0) return;
    this.#ready.splice(index, 1);
    this.#onFailure(new PlatformError('INTERNAL_UNAVAILABLE', `A spare process ended by itself (code ${code}, signal ${signal}).`));
  }

  #onFailure(error: unknown): void {
    this.#options.onSpawnError(error);
    this.#failures += 1;
    if (this.#stopping) return;
    if (this.#failures >= FAILURES_TOLD && this.state.leased === 0) {
      for (const waiter of this.#waiters.splice(0)) waiter.reject(PlatformError.from(error, 'INTERNAL_UNAVAILABLE'));
    }
    const [firstMs, lastMs] = this.#options.backOffMs ?? BACK_OFF_MS;
    this.#retryTimer ??= setTimeout(
      () => {
        this.#retryTimer = null;
        this.#fill();
      },
      Math.min(firstMs * 2 ** (this.#failures - 1), lastMs),
    );
  }

  #leaseOf(child: ChildHandle): Lease {
    this.#failures = 0;
    this.#leased.add(child);
    let ended = false;
    void child.exited.then(() => {
      ended = true;
    });
    const giveBack = (reusable: boolean): void => {
      const counted = this.#leased.delete(child);
      assert(counted || this.#uncounted.delete(child), 'a lease is given back once');
      if (reusable && counted && !ended && !this.#stopping) this.#ready.push(child);
      else child.kill();
      if (this.state.leased === 0) this.#onIdle();
      this.#serve();
    };
    return {
      child,
      release: () => {
        giveBack(true);
      },
      discard: () => {
        giveBack(false);
      },
      uncount: () => {
        if (this.#uncounted.size >= (this.#options.uncountedMax ?? 0) || !this.#leased.delete(child)) return false;
        this.#uncounted.add(child);
        this.#serve();
        return true;
      },
    };
  }
}

function stoppingError(): PlatformError {
  return new PlatformError('INTERNAL_UNAVAILABLE', 'The processes are being stopped; try again when the server is up.');
}
