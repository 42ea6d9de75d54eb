import { type Logger, PlatformError } from '../../spi/index.ts';
import { createQueryId } from '../query/create-query-id.ts';
import { countFrameRows } from '../result/count-frame-rows.ts';
import type { EngineRegistry } from '../engine/engine-registry.ts';
import { askEngine, type Candidate } from '../route/choose-engine.ts';
import type { Router } from '../route/create-router.ts';
import type { Demotions } from '../route/demotions.ts';
import type { WatchedRun } from './watched-run.ts';

/** Units: milliseconds that a shadow run may take, expected or measured. */
const SHADOW_MS_MAX = 30_000;

/** Rows of an answer beyond those of the first one: one more shows that they differ. */
const ROWS_MORE = 1;

/** Returns the other engines that take a query, are trusted with it and are expected to end in time; the one that ran least comes first. */
export async function askShadows(
  { query, engine }: WatchedRun,
  parts: { readonly engines: EngineRegistry; readonly router: Pick<Router, 'expect'>; readonly demotions: Demotions },
  facts: ReadonlyMap<string, { readonly agreed: number; readonly disagreed: number; readonly failed: number }>,
): Promise<readonly Candidate[]> {
  const others = parts.engines.engines.filter(({ name }) => name !== engine.name && parts.demotions.refusalOf(name, query) === null);
  const asked = await Promise.all(others.map((entry) => askEngine(query, 'query', entry)));
  const able = asked.flatMap(({ answer, ...entry }): Candidate[] => {
    if (answer.kind === 'refusal') return [];
    const { memoryBytes = 0, memoryBytesMax = Infinity } = answer;
    const calibratedMs = parts.router.expect(query, entry.name, answer);
    return memoryBytes > memoryBytesMax || calibratedMs > SHADOW_MS_MAX ? [] : [{ ...entry, estimate: answer, calibratedMs }];
  });
  const runsOf = (name: string): number => {
    const { agreed, disagreed, failed } = facts.get(name) ?? { agreed: 0, disagreed: 0, failed: 0 };
    return agreed + disagreed + failed;
  };
  return able.sort((left, right) => runsOf(left.name) - runsOf(right.name));
}

/** Runs a query beside its answer; returns the frames, no more than it takes to see that there are too many rows, or null when the engine failed. */
export async function runShadow(
  shadow: Candidate,
  { query, parameters, frames: answer }: WatchedRun & { readonly frames: readonly Uint8Array[] },
  { router, log }: { readonly router: Pick<Router, 'learn'>; readonly log: Logger },
  signal: AbortSignal,
): Promise<readonly Uint8Array[] | null> {
  const rowsMax = rowsOf(answer) + ROWS_MORE;
  const startedMs = performance.now();
  const limited = AbortSignal.any([signal, AbortSignal.timeout(SHADOW_MS_MAX)]);
  try {
    const prepared = await shadow.engine.prepare(query);
    try {
      const frames: Uint8Array[] = [];
      let rows = 0;
      const run = { queryId: createQueryId(), parameters, signal: limited, deadlineAtMs: Date.now() + SHADOW_MS_MAX };
      for await (const frame of prepared.execute(run).frames) {
        frames.push(new Uint8Array(frame));
        rows += countFrameRows(frame);
        if (rows >= rowsMax) break;
      }
      if (rows < rowsMax) router.learn(query, shadow, performance.now() - startedMs);
      return frames;
    } finally {
      await prepared.close();
    }
  } catch (error) {
    // An engine that fails gives no answer to compare; that it took the statement is noted.
    log.warn({ engine: shadow.name, code: PlatformError.from(error, 'ENGINE_FAILED').code }, 'a shadow run did not end well');
    return null;
  }
}

function rowsOf(frames: readonly Uint8Array[]): number {
  return frames.reduce((sum, frame) => sum + countFrameRows(frame), 0);
}
