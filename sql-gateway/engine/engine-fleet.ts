import { setTimeout as sleep } from 'node:timers/promises';
import { type Engine, type EngineHealth, type Logger, nearestName, PlatformError } from '../../spi/index.ts';
import { isInShare } from './canary-share.ts';
import { type EngineRegistry, type EngineState, type EngineStatus, formatState, type RegisteredEngine } from './engine-registry.ts';
import { EngineTraces } from './trace/engine-traces.ts';
import { tracedEngine } from './trace/traced-engine.ts';
import { TrackedEngine } from './tracked-engine.ts';

/** How long an engine that takes no new statements is kept for those that were routed to it and have not begun. Units: milliseconds. */
const LINGER_MS = 250;

/** Units: milliseconds that an idle engine gets to end its own affairs. */
const DRAIN_MS = 5000;

/** An engine's place in the fleet, kept by whoever starts it. */
export interface EngineSeat {
  readonly name: string;
  /** Lets the engine take statements from now on. */
  serve(engine: Engine): void;
  /** Takes the place away again, for an engine that will not serve. */
  leave(): void;
  /** Keeps the place, with the reason for people to see. */
  fail(error: unknown): void;
}

/** What is known of an engine before it starts. */
export type NewSeat = Pick<EngineStatus, 'name' | 'version' | 'origin'> & { readonly share?: number | null };

interface Seat {
  readonly name: string;
  readonly version: string;
  readonly origin: EngineStatus['origin'];
  state: EngineState;
  share: number | null;
  reason: string | null;
  engine: TrackedEngine | null;
}

/** The engines of a server, which come and go while it runs.
 *  Guarantees: at most one engine of a name serves, and one canary beside it; what was given to a statement is closed after the statement. */
export class EngineFleet implements EngineRegistry {
  readonly traces = new EngineTraces();
  readonly #log: Logger;
  readonly #seats: Seat[] = [];
  #serving: readonly RegisteredEngine[] = [];
  #canaries: ReadonlyMap<string, Seat> = new Map();

  constructor(log: Logger) {
    this.#log = log;
  }

  get engines(): readonly RegisteredEngine[] {
    return this.#serving;
  }

  enginesFor(queryId: string | null): readonly RegisteredEngine[] {
    return this.#canaries.size === 0 ? this.#serving : this.#serving.map((entry) => this.#forStatement(entry, queryId));
  }

  get(name: string, queryId: string | null = null): RegisteredEngine {
    const found = this.#serving.find((entry) => entry.name === name.toLowerCase());
    if (found !== undefined) return this.#forStatement(found, queryId);
    const away = this.#seats.find((seat) => seat.name === name.toLowerCase());
    if (away === undefined) throw this.#unknown(name);
    throw new PlatformError(
      'ENGINE_UNAVAILABLE',
      `The engine '${away.name}' is ${away.state}${away.reason === null ? '' : `: ${away.reason}`}.`,
      {
        hint: 'trivium engine list shows the state of all engines.',
      },
    );
  }

  check(name: string): void {
    if (!this.#seats.some((seat) => seat.name === name.toLowerCase())) throw this.#unknown(name);
  }

  async status(): Promise<readonly EngineStatus[]> {
    return Promise.all(
      this.#seats.map(async (seat) => ({
        ...seat,
        health: seat.engine === null ? { ready: false, details: {} } : await readHealth(seat.engine),
        running: seat.engine?.running ?? 0,
        capabilities: seat.engine?.capabilities ?? null,
      })),
    );
  }

  /** Makes a place for an engine that is about to start, a canary when there is a share.
   *  @throws ENGINE_EXISTS when its place is taken, ENGINE_UNKNOWN for a canary without an engine of its name */
  seat({ name, version, origin, share = null }: NewSeat): EngineSeat {
    const ofName = this.#seats.filter((seat) => seat.name === name && seat.state !== 'draining');
    if (share === null) {
      // An engine that failed leaves its place to one that may do better.
      for (const failed of ofName.filter(({ state }) => state === 'failed')) this.#remove(failed);
      if (ofName.some(({ state }) => state !== 'failed')) throw taken(name, `An engine called '${name}' is there already.`);
    } else {
      if (!this.#serving.some((entry) => entry.name === name)) throw this.#unknown(name);
      if (ofName.some((seat) => seat.share !== null)) throw taken(name, `The engine '${name}' has a canary already.`);
    }
    const seat: Seat = { name, version, origin, state: 'starting', share, reason: null, engine: null };
    this.#seats.push(seat);
    return {
      name,
      serve: (engine) => {
        seat.engine = new TrackedEngine(tracedEngine({ name, version }, engine, this.traces));
        seat.state = share === null ? 'serving' : 'canary';
        this.#settle(seat);
      },
      leave: () => {
        this.#remove(seat);
      },
      fail: (error) => {
        seat.state = 'failed';
        seat.reason = error instanceof Error ? error.message : String(error);
        this.#settle(seat);
      },
    };
  }

  /** Returns the engine of a name, or its canary, in whatever state. */
  find(name: string, which: 'engine' | 'canary'): Pick<EngineStatus, 'name' | 'version' | 'state' | 'origin'> | null {
    return this.#find(name, which) ?? null;
  }

  /** Takes no new statements for an engine, lets those that run end, closes it and gives its place away. Resolves when it is closed.
   *  @throws ENGINE_UNKNOWN */
  async retire(name: string, which: 'engine' | 'canary' = 'engine'): Promise<void> {
    const seat = this.#find(name, which);
    if (seat === undefined) throw this.#unknown(name);
    await this.#retire(seat);
  }

  /** Gives a canary another share. Units: 0 to 1.
   *  @throws ENGINE_UNKNOWN without a canary */
  setShare(name: string, share: number): void {
    const seat = this.#requireCanary(name);
    seat.share = share;
    this.#settle(seat);
  }

  /** Puts a canary in the place of its engine. Returns the end of the old one, which takes no new statements from now on.
   *  @throws ENGINE_UNKNOWN without a canary */
  promote(name: string): { readonly retired: Promise<void> } {
    const canary = this.#requireCanary(name);
    const old = this.#find(name, 'engine');
    canary.share = null;
    canary.state = 'serving';
    // The order of engines decides which one keeps a view fresh: the new one stands where the old one stood.
    if (old !== undefined) this.#move(canary, this.#seats.indexOf(old));
    const retired = old === undefined ? Promise.resolve() : this.#retire(old);
    this.#settle(canary);
    return { retired };
  }

  async drain(timeoutMs: number): Promise<void> {
    await Promise.all(this.#seats.map(async ({ engine }) => engine?.drain(timeoutMs)));
  }

  async close(): Promise<void> {
    await Promise.all(this.#seats.map(async ({ engine }) => engine?.close()));
  }

  async #retire(seat: Seat): Promise<void> {
    seat.state = 'draining';
    seat.share = null;
    this.#settle(seat);
    try {
      if (seat.engine !== null) {
        await sleep(LINGER_MS);
        await seat.engine.idle();
        await seat.engine.drain(DRAIN_MS);
        await seat.engine.close();
      }
    } finally {
      this.#remove(seat);
    }
  }

  #find(name: string, which: 'engine' | 'canary'): Seat | undefined {
    const isCanary = (seat: Seat): boolean => seat.share !== null;
    return this.#seats.find(
      (seat) => seat.name === name.toLowerCase() && seat.state !== 'draining' && isCanary(seat) === (which === 'canary'),
    );
  }

  #requireCanary(name: string): Seat {
    const seat = this.#find(name, 'canary');
    if (seat?.state === 'canary') return seat;
    this.check(name);
    throw new PlatformError('ENGINE_UNKNOWN', `The engine '${name}' has no canary.`, {
      hint: 'trivium engine install <package> --canary 5% brings one.',
    });
  }

  #forStatement(entry: RegisteredEngine, queryId: string | null): RegisteredEngine {
    if (queryId === null) return entry;
    const canary = this.#canaries.get(entry.name);
    if (canary?.engine === null || canary?.engine === undefined || !isInShare(queryId, canary.share ?? 0)) return entry;
    return { name: canary.name, version: canary.version, engine: canary.engine, stable: entry };
  }

  #move(seat: Seat, index: number): void {
    this.#seats.splice(this.#seats.indexOf(seat), 1);
    this.#seats.splice(index, 0, seat);
  }

  #remove(seat: Seat): void {
    const index = this.#seats.indexOf(seat);
    if (index >= 0) this.#seats.splice(index, 1);
    this.#publish();
  }

  #settle(seat: Seat): void {
    this.#publish();
    this.#log.info({ engine: seat.name, version: seat.version, state: formatState(seat), reason: seat.reason }, 'engine state');
  }

  /** The sets that statements see are made anew at each change: a statement that looks twice may see two, never half a change. */
  #publish(): void {
    this.#serving = this.#seats.flatMap(({ name, version, engine, state }) =>
      engine !== null && state === 'serving' ? [{ name, version, engine }] : [],
    );
    this.#canaries = new Map(this.#seats.filter(({ state }) => state === 'canary').map((seat) => [seat.name, seat]));
  }

  #unknown(name: string): PlatformError {
    const names = [...new Set(this.#seats.map((seat) => seat.name))];
    const nearest = nearestName(name, names);
    return new PlatformError('ENGINE_UNKNOWN', `No engine is called '${name}'.`, {
      hint: nearest === null ? `Registered: ${names.join(', ')}.` : `Did you mean '${nearest}'?`,
    });
  }
}

function taken(name: string, message: string): PlatformError {
  return new PlatformError('ENGINE_EXISTS', message, {
    hint: `Install it with a canary share to run it beside the other, or call trivium engine remove ${name} first.`,
  });
}

async function readHealth(engine: Engine): Promise<EngineHealth> {
  try {
    return await engine.health();
  } catch (error) {
    // An engine that cannot tell its health is not ready; the reason goes to whoever asked.
    return { ready: false, details: { error: error instanceof Error ? error.message : String(error) } };
  }
}
