import type { ServerProcess } from '../../support/server-process.ts';

/** What became of the statements that ran beside an attack. */
export interface OthersSeen {
  readonly answered: number;
  /** The first answer that was not right; null for none. */
  readonly wrong: string | null;
  readonly slowestMs: number;
}

/** Runs statements on another engine, one after the other, until it is stopped. */
export function watchOthers(server: ServerProcess): { stop(): Promise<OthersSeen> } {
  let stopped = false;
  let answered = 0;
  let slowestMs = 0;
  let wrong: string | null = null;
  const ask = async (): Promise<void> => {
    for (let round = 0; !stopped; round += 1) {
      const startedMs = performance.now();
      const response = await server.sql(`SELECT /*+ ENGINE(olap), NO_CACHE */ count(*), sum(n) FROM numbers WHERE n > ${String(-round)}`);
      const answer = JSON.stringify(((await response.json()) as { readonly data?: unknown }).data ?? null);
      if (answer !== '[[1000,500500]]' && answer !== '[[1000,"500500"]]') wrong ??= answer;
      slowestMs = Math.max(slowestMs, performance.now() - startedMs);
      answered += 1;
    }
  };
  const asking = ask().catch((error: unknown) => {
    wrong ??= `no answer: ${String(error)}`;
  });
  return {
    stop: async () => {
      stopped = true;
      await asking;
      return { answered, wrong, slowestMs };
    },
  };
}
