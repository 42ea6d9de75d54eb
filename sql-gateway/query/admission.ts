import { createWaitingLine, type LineLimits, type WaitingLine } from './waiting-line.ts';

/** In which line a statement waits for its turn. Short ones never stand behind long ones. */
export type Lane = 'short' | 'long';

/** The turn of one statement. */
export interface Turn {
  /** Waits for the turn; the first call decides the lane, and later ones return at once. `onWait` is called when there is no turn yet.
   *  @throws the reason of the signal that the place was taken with */
  take(lane: Lane, onWait?: () => void): Promise<void>;
}

/** A statement's place in the server, from its text to the end of its answer. */
export interface Place extends Turn {
  /** Gives place and turn back; may be called more than once. */
  leave(): void;
}

/** Bounds the statements in the server, and those of each lane that work at the same time. */
export interface Admission {
  /** Takes a place, in which a statement may be bound and planned.
   *  @throws RESOURCE_BUSY when all are taken, the signal's reason */
  enter(signal: AbortSignal): Promise<Place>;
  /** Turns of each lane. */
  readonly places: number;
  /** Those that have their turn, and those that wait for it. */
  readonly state: { readonly running: number; readonly queued: number };
}

/** The turn of work that was admitted elsewhere. */
export const TURN_TAKEN: Turn = { take: () => Promise.resolve() };

/** Creates the admission of one server: so many statements of each lane work at once, and as many and `queued` more are in the server. */
export function createAdmission(limits: LineLimits): Admission {
  const house = createWaitingLine({ running: limits.running + limits.queued, queued: 0 }, limits);
  const line = (): WaitingLine => createWaitingLine({ running: limits.running, queued: Infinity });
  const lanes: Readonly<Record<Lane, WaitingLine>> = { short: line(), long: line() };
  return {
    places: limits.running,
    get state() {
      const { short, long } = lanes;
      return { running: short.state.running + long.state.running, queued: short.state.queued + long.state.queued };
    },
    enter: async (signal) => {
      const leaveHouse = await house.enter(signal);
      let turn: Promise<() => void> | null = null;
      return {
        take: async (lane, onWait) => {
          if (turn === null) {
            const { running } = lanes[lane].state;
            if (running >= limits.running) onWait?.();
            turn = lanes[lane].enter(signal);
          }
          await turn;
        },
        leave: () => {
          leaveHouse();
          // A turn that was never given has nothing to give back.
          turn?.then((leave) => leave()).catch(() => undefined);
        },
      };
    },
  };
}
