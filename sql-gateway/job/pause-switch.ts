/** Tells what runs a job that it is to begin no more statements. */
export interface PauseSwitch {
  readonly isOn: boolean;
  /** Aborted while the job is paused: then it does not wait for its turn. */
  readonly signal: AbortSignal;
  /** True when what ran the job has let go of it. */
  readonly resting: boolean;
  /** Lets go of a job that is paused, and returns whether it is. */
  rest(): boolean;
  /** Tells that `isPaused` has changed. */
  notice(): void;
}

/** Makes the switch of a job, of which `isPaused` tells what its journal says. */
export function createPauseSwitch(isPaused: () => boolean): PauseSwitch {
  let waiting = new AbortController();
  let resting = false;
  const notice = (): void => {
    if (isPaused()) waiting.abort();
    else if (waiting.signal.aborted) waiting = new AbortController();
  };
  notice();
  return {
    get isOn() {
      return isPaused();
    },
    get signal() {
      return waiting.signal;
    },
    get resting() {
      return resting;
    },
    rest: () => {
      resting ||= isPaused();
      return resting;
    },
    notice,
  };
}
