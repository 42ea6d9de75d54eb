import { PlatformError } from '../../../spi/index.ts';
import { type Channel } from '../../../runtime/process/index.ts';
import { ENGINE_METHODS } from './host-message.ts';

/** How long a call may take before the other end is asked whether it lives, and how long that answer may take. Units: milliseconds. */
const ANSWER_MS = 500;

/** A silence after which an engine that runs nothing is taken for hung. Units: milliseconds. */
const HANG_MS = 10_000;

/** Watches whether a hosted engine answers at all.
 *  Guarantees: nobody waits longer than a second for one that does not, and while it is silent nobody waits. */
export class Heartbeat {
  readonly #channel: Pick<Channel, 'call'>;
  readonly #onHang: () => void;
  #ping: Promise<void> | null = null;
  #silent = false;

  /** `onHang` is called when a silence lasts. */
  constructor(channel: Pick<Channel, 'call'>, onHang: () => void) {
    this.#channel = channel;
    this.#onHang = onHang;
  }

  /** True from the first ping that was not answered in time, until it is. */
  get silent(): boolean {
    return this.#silent;
  }

  /** Waits for the answer of a call as long as the engine lives.
   *  @throws the call's error, ENGINE_UNAVAILABLE when it does not answer */
  async whileAlive<Answer>(call: Promise<Answer>, limitMs: number): Promise<Answer> {
    const untilMs = performance.now() + limitMs;
    call.catch(() => {
      // Whoever stopped waiting is not told any more.
    });
    if (this.#silent) throw silentError();
    for (;;) {
      const answer = await within(call, ANSWER_MS);
      if (answer !== LATE) return answer;
      if (performance.now() > untilMs || !(await this.#isAlive())) throw silentError();
    }
  }

  async #isAlive(): Promise<boolean> {
    this.#ping ??= this.#send();
    const answer = await within(this.#ping, ANSWER_MS);
    return answer !== LATE;
  }

  #send(): Promise<void> {
    const lateTimer = setTimeout(() => {
      this.#silent = true;
    }, ANSWER_MS);
    const hangTimer = setTimeout(this.#onHang, HANG_MS);
    const answered = (): void => {
      clearTimeout(lateTimer);
      clearTimeout(hangTimer);
      this.#silent = false;
      this.#ping = null;
    };
    // A lost channel answers with its error, and whoever waits for the call gets the same.
    return this.#channel.call(ENGINE_METHODS.ping, null).then(answered, answered);
  }
}

const LATE = Symbol('late');

/** Returns what a promise gives, or LATE when it takes longer. */
async function within<Value>(promise: Promise<Value>, ms: number): Promise<Value | typeof LATE> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<typeof LATE>((resolve) => {
    timer = setTimeout(resolve, ms, LATE);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}

function silentError(): PlatformError {
  return new PlatformError('ENGINE_UNAVAILABLE', 'the engine does not answer; try again when its process is up');
}
