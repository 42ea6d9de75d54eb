import { PlatformError } from '../../spi/index.ts';

/** Lets a bounded number in and a bounded number wait: those of the smallest order go first, and of one order who came first. */
export interface WaitingLine {
  /** Waits for a turn; the function returned gives the place back and may be called more than once.
   *  @throws RESOURCE_BUSY at once when the queue is full, the signal's reason when it is aborted while waiting */
  enter(signal: AbortSignal, order?: number): Promise<() => void>;
  /** How many may be in at the same time. */
  readonly places: number;
  readonly state: { readonly running: number; readonly queued: number };
}

interface Waiter {
  readonly order: number;
  readonly admit: () => void;
}

/** How many may be in, and how many may wait. */
export interface LineLimits {
  readonly running: number;
  readonly queued: number;
}

/** Creates a line without anybody in it. `told` is what those who are refused read, where the line's own limits are a part of others. */
export function createWaitingLine(limits: LineLimits, told = limits): WaitingLine {
  const waiters: Waiter[] = [];
  let running = 0;

  const leaveOnce = (): (() => void) => {
    let left = false;
    return () => {
      if (left) return;
      left = true;
      const next = waiters.shift();
      if (next === undefined) running -= 1;
      else next.admit();
    };
  };

  return {
    places: limits.running,
    get state() {
      return { running, queued: waiters.length };
    },
    enter: (signal, order = 0) => {
      if (signal.aborted) return Promise.reject(signal.reason as Error);
      if (running < limits.running) {
        running += 1;
        return Promise.resolve(leaveOnce());
      }
      if (waiters.length >= limits.queued) return Promise.reject(busy(told));
      return new Promise((resolve, reject) => {
        const abandon = (): void => {
          waiters.splice(waiters.indexOf(waiter), 1);
          reject(signal.reason as Error);
        };
        const waiter: Waiter = {
          order,
          admit: () => {
            signal.removeEventListener('abort', abandon);
            resolve(leaveOnce());
          },
        };
        signal.addEventListener('abort', abandon, { once: true });
        const behind = waiters.findIndex((other) => other.order > order);
        waiters.splice(behind < 0 ? waiters.length : behind, 0, waiter);
      });
    },
  };
}

function busy(limits: LineLimits): PlatformError {
  return new PlatformError(
    'RESOURCE_BUSY',
    `${String(limits.running)} statements are running and ${String(limits.queued)} are waiting: no more are taken now.`,
    { hint: 'Try again in a moment.', details: { retryAfterSeconds: 1 } },
  );
}
