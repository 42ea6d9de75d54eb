import type { LogicalPlan, SettingStore } from '../../spi/index.ts';

/** Two engines that gave different answers to one query over the same snapshots. */
export interface Disagreement {
  readonly id: string;
  /** Units: milliseconds since 1970 UTC. */
  readonly atMs: number;
  readonly user: string;
  /** The statement's text, shortened. */
  readonly sql: string;
  readonly fingerprint: string;
  /** Snapshots as `schema.table@id`. */
  readonly snapshots: readonly string[];
  /** The engine that answered the user and the one that ran beside it, each with its version and the plan that it got. */
  readonly answered: ComparedEngine;
  readonly shadow: ComparedEngine;
  /** A third engine that decided; null when there was none. */
  readonly arbiter: string | null;
  /** The engines whose answers are not trusted. */
  readonly blamed: readonly string[];
  readonly difference: string;
}

/** An engine with what it was asked. */
export interface ComparedEngine {
  readonly engine: string;
  readonly version: string;
  /** As EXPLAIN shows it. */
  readonly planText: string;
  /** Null when it is too long to be kept. */
  readonly plan: LogicalPlan | null;
}

/** The disagreements of a warehouse, the newest ones of a bounded number. */
export interface Disagreements {
  /** Newest first, those of the user's own statements. */
  list(user: string): readonly Disagreement[];
  /** Durable when it returns. */
  add(disagreement: Disagreement): Promise<void>;
}

const PREFIX = 'disagreement/';

/** Disagreements that are kept. */
const KEPT_MAX = 100;

/** Reads the disagreements that are stored. */
export async function openDisagreements(settings: SettingStore): Promise<Disagreements> {
  const kept = (await settings.list(PREFIX)).map(({ value }) => JSON.parse(value) as Disagreement);
  kept.sort((left, right) => right.atMs - left.atMs);
  return {
    list: (user) => kept.filter((disagreement) => disagreement.user === user),
    add: async (disagreement) => {
      kept.unshift(disagreement);
      await settings.put(PREFIX + disagreement.id, JSON.stringify(disagreement));
      for (const forgotten of kept.splice(KEPT_MAX)) await settings.put(PREFIX + forgotten.id, null);
    },
  };
}
