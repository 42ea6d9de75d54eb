import { PlatformError, type RunOptions } from '../../spi/index.ts';

const TIMER_MS_MAX = 2 ** 31 - 1;

/** What ends a run early: the caller's signal or the deadline, as one signal whose reason is a PlatformError. */
export interface RunLimits {
  readonly signal: AbortSignal;
  /** Lets go of timer and listener; called when the run is over. */
  clear(): void;
}

/** Watches over one run. */
export function watchRun(run: RunOptions): RunLimits {
  const controller = new AbortController();
  const onAbort = (): void => {
    const { reason } = run.signal as { readonly reason: unknown };
    controller.abort(
      reason instanceof PlatformError ? reason : new PlatformError('ENGINE_CANCELLED', 'the statement was cancelled', { cause: reason }),
    );
  };
  const onDeadline = (): void => {
    controller.abort(
      new PlatformError('RESOURCE_DEADLINE', 'the statement ran past its time limit', { details: { queryId: run.queryId } }),
    );
  };
  if (run.signal.aborted) onAbort();
  else run.signal.addEventListener('abort', onAbort, { once: true });
  const restMs = run.deadlineAtMs === null ? null : run.deadlineAtMs - Date.now();
  if (restMs !== null && restMs <= 0) onDeadline();
  const timer = restMs === null || restMs <= 0 ? null : setTimeout(onDeadline, Math.min(TIMER_MS_MAX, restMs));
  return {
    signal: controller.signal,
    clear: () => {
      if (timer !== null) clearTimeout(timer);
      run.signal.removeEventListener('abort', onAbort);
    },
  };
}
