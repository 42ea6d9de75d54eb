import { type BoundQuery, type Logger, PlatformError, type ResultColumn } from '../../spi/index.ts';
import { formatPlan } from '../../sql/plan/index.ts';
import { keepResult } from '../cache/keep-result.ts';
import type { ResultCache } from '../cache/result-cache.ts';
import type { EngineRegistry } from '../engine/engine-registry.ts';
import type { Admission } from '../query/admission.ts';
import { createQueryId } from '../query/create-query-id.ts';
import type { StatementOutcome } from '../query/statement-request.ts';
import type { Candidate } from '../route/choose-engine.ts';
import type { Router } from '../route/create-router.ts';
import { type Demotions, partsOf } from '../route/demotions.ts';
import { comparisonOf, type Comparison } from './comparable-query.ts';
import type { ComparedEngine, Disagreements } from './disagreements.ts';
import { findSuspects } from './find-suspects.ts';
import type { ResultComparer } from './result-comparer.ts';
import { askShadows, runShadow } from './run-shadow.ts';
import type { WatchedRun } from './watched-run.ts';

/** What became of statements that were to be run a second time. */
export interface ShadowFacts {
  readonly engine: string;
  readonly agreed: number;
  readonly disagreed: number;
  readonly failed: number;
}

/** Runs a share of the queries on a second engine after their answers went through, and compares the two. */
export interface ShadowRuns {
  /** Returns the outcome to hand on. What is done beside it begins when the outcome was closed after its last row. */
  watch(outcome: StatementOutcome, run: WatchedRun): StatementOutcome;
  list(): readonly ShadowFacts[];
  /** Resolves when none runs. */
  idle(): Promise<void>;
  /** Begins no more, ends the one that runs. */
  close(): Promise<void>;
}

/** What shadow runs work with. */
export interface ShadowParts {
  readonly engines: EngineRegistry;
  readonly router: Pick<Router, 'learn' | 'expect'>;
  readonly demotions: Demotions;
  readonly disagreements: Disagreements;
  readonly comparer: ResultComparer;
  readonly admission: Admission;
  readonly cache: Pick<ResultCache, 'clear'>;
  readonly log: Logger;
  /** Part of the queries that are run twice: 0 to 1. */
  readonly share: number;
  readonly random?: () => number;
}

/** Units: bytes of an answer that is kept to be compared; longer ones are not. */
const ANSWER_BYTES_MAX = 8 * 2 ** 20;

/** Units: characters of a statement that are kept, and of a plan as JSON. */
const SQL_LENGTH_MAX = 1000;
const PLAN_LENGTH_MAX = 2 ** 16;

/** An answer with how it is to be compared. */
interface KeptAnswer extends WatchedRun {
  readonly columns: readonly ResultColumn[];
  readonly frames: readonly Uint8Array[];
  readonly comparison: Comparison;
}

/** What became of a comparison. */
interface Verdict {
  readonly difference: string;
  readonly arbiter: string | null;
  readonly blamed: readonly string[];
}

/** Creates the shadow runs of one server. One at a time; when one runs, or the server is half full, a statement is left out. */
export function createShadowRuns(parts: ShadowParts): ShadowRuns {
  return new ServerShadowRuns(parts);
}

class ServerShadowRuns implements ShadowRuns {
  readonly #parts: ShadowParts;
  readonly #random: () => number;
  readonly #facts = new Map<string, { agreed: number; disagreed: number; failed: number }>();
  /** By engine, the parts of plans on which it agreed with another. */
  readonly #vouched = new Map<string, Set<string>>();
  readonly #closing = new AbortController();
  #running: Promise<void> | null = null;

  constructor(parts: ShadowParts) {
    this.#parts = parts;
    this.#random = parts.random ?? Math.random;
  }

  watch(outcome: StatementOutcome, run: WatchedRun): StatementOutcome {
    const { share } = this.#parts;
    const comparison = share > 0 && this.#random() < share ? comparisonOf(run.query) : null;
    if (comparison === null) return outcome;
    let kept: KeptAnswer | null = null;
    const release = run.retain();
    const frames = keepResult(outcome.frames, ANSWER_BYTES_MAX, (copies) => {
      kept = { ...run, columns: outcome.columns, frames: copies, comparison };
    });
    const close = async (): Promise<void> => {
      await outcome.close();
      if (kept === null) await release();
      else await this.#begin(kept, release);
      kept = null;
    };
    return { ...outcome, frames, close };
  }

  list(): readonly ShadowFacts[] {
    return [...this.#facts].map(([engine, known]) => ({ engine, ...known }));
  }

  async idle(): Promise<void> {
    await this.#running;
  }

  async close(): Promise<void> {
    this.#closing.abort(new PlatformError('ENGINE_CANCELLED', 'The server stops.'));
    await this.#running;
    await this.#parts.comparer.close();
  }

  /** The statement itself still has its place, so half of them taken leaves enough for others. */
  async #begin(answer: KeptAnswer, release: () => Promise<void>): Promise<void> {
    const { admission, log } = this.#parts;
    const { running, queued } = admission.state;
    const isBusy = this.#running !== null || queued > 0 || running > Math.ceil(admission.places / 2);
    if (isBusy || this.#closing.signal.aborted) return release();
    this.#running = this.#runAdmitted(answer)
      .finally(release)
      .catch((error: unknown) => {
        // The user has the answer; what could not be compared is no fault of the statement.
        log.warn({ code: PlatformError.from(error, 'INTERNAL_INVARIANT').code, error: String(error) }, 'a shadow run failed');
      })
      .finally(() => {
        this.#running = null;
      });
  }

  async #runAdmitted(answer: KeptAnswer): Promise<void> {
    const place = await this.#parts.admission.enter(this.#closing.signal);
    try {
      await place.take('long');
      await this.#compare(answer);
    } finally {
      place.leave();
    }
  }

  async #compare(answer: KeptAnswer): Promise<void> {
    const [shadow, arbiter = null] = await askShadows(answer, this.#parts, this.#facts);
    if (shadow === undefined) return;
    const frames = await this.#run(shadow, answer);
    if (frames === null) {
      this.#count(shadow.name, 'failed');
      return;
    }
    const difference = await this.#differs(answer, frames);
    this.#count(shadow.name, difference === null ? 'agreed' : 'disagreed');
    if (difference === null) this.#vouch([answer.engine.name, shadow.name], answer);
    else await this.#record(answer, shadow, await this.#judge(answer, { shadow, frames, arbiter, difference }));
  }

  #run(engine: Candidate, answer: KeptAnswer): Promise<readonly Uint8Array[] | null> {
    return runShadow(engine, answer, this.#parts, this.#closing.signal);
  }

  #differs({ columns, frames, comparison }: KeptAnswer, other: readonly Uint8Array[]): Promise<string | null> {
    return this.#parts.comparer.compare(columns, { left: frames, right: other, orderedBy: comparison.orderedBy });
  }

  /** With a third answer the one that stands alone is wrong; where all three differ, nobody is believed. Of two engines alone the one configured
   *  first is believed. */
  async #judge(
    answer: KeptAnswer,
    {
      shadow,
      frames,
      arbiter,
      difference,
    }: {
      readonly shadow: Candidate;
      readonly frames: readonly Uint8Array[];
      readonly arbiter: Candidate | null;
      readonly difference: string;
    },
  ): Promise<Verdict> {
    const names = [answer.engine.name, shadow.name];
    const third = arbiter === null ? null : await this.#run(arbiter, answer);
    if (arbiter === null || third === null) return { difference, arbiter: null, blamed: [lastConfigured(names, this.#parts.engines)] };
    const verdict = { difference, arbiter: arbiter.name };
    if ((await this.#differs(answer, third)) === null) return { ...verdict, blamed: [shadow.name] };
    if ((await this.#differs({ ...answer, frames }, third)) === null) return { ...verdict, blamed: [answer.engine.name] };
    return { ...verdict, blamed: names };
  }

  async #record(answer: KeptAnswer, shadow: Candidate, { difference, arbiter, blamed }: Verdict): Promise<void> {
    const { disagreements, demotions, cache, log } = this.#parts;
    const { query, snapshots } = answer;
    const [id, atMs, plan] = [createQueryId(), Date.now(), describePlan(query)];
    await disagreements.add({
      id,
      atMs,
      user: query.principal.user,
      sql: answer.sql.slice(0, SQL_LENGTH_MAX),
      fingerprint: query.fingerprint,
      snapshots,
      answered: { engine: answer.engine.name, version: answer.engine.version, ...plan },
      shadow: { engine: shadow.name, version: shadow.version, ...plan },
      arbiter,
      blamed,
      difference,
    });
    for (const engine of blamed) {
      const suspects = findSuspects(query, this.#vouched.get(engine) ?? new Set());
      await demotions.put({ engine, ...suspects, disagreement: id, sinceMs: atMs });
    }
    // Stored results may be those that were wrong.
    cache.clear();
    log.error({ disagreement: id, engines: [answer.engine.name, shadow.name], arbiter, blamed }, 'two engines gave different answers');
  }

  #count(engine: string, outcome: 'agreed' | 'disagreed' | 'failed'): void {
    const known = this.#facts.get(engine) ?? { agreed: 0, disagreed: 0, failed: 0 };
    known[outcome] += 1;
    this.#facts.set(engine, known);
  }

  #vouch(engines: readonly string[], { query }: KeptAnswer): void {
    for (const engine of engines) {
      const known = this.#vouched.get(engine) ?? new Set();
      for (const part of partsOf(query)) known.add(part);
      this.#vouched.set(engine, known);
    }
  }
}

function lastConfigured(names: readonly string[], { engines }: EngineRegistry): string {
  const order = engines.map(({ name }) => name);
  return names.reduce((last, name) => (order.indexOf(name) > order.indexOf(last) ? name : last));
}

/** All engines get the same plan. */
function describePlan({ plan }: BoundQuery): Pick<ComparedEngine, 'planText' | 'plan'> {
  const isShort = JSON.stringify(plan).length <= PLAN_LENGTH_MAX;
  return { planText: formatPlan(plan).slice(0, PLAN_LENGTH_MAX), plan: isShort ? plan : null };
}
