import { type BoundQuery, planRequirements, type Refusal, type SettingStore } from '../../spi/index.ts';

/** Parts of plans that an engine is not trusted with. */
export interface Demotion {
  readonly engine: string;
  /** Functions and features of plans: `PlanRequirements`. */
  readonly parts: readonly string[];
  /** Whether a plan with any of the parts is kept away from the engine, or only one with all of them. */
  readonly match: 'any' | 'all';
  /** The disagreement that led to it. */
  readonly disagreement: string;
  /** Units: milliseconds since 1970 UTC. */
  readonly sinceMs: number;
}

/** The demotions of a warehouse; each change is durable when it returns. */
export interface Demotions {
  /** Oldest first. */
  list(): readonly Demotion[];
  /** Returns why the engine is not trusted with a query, null when it is. */
  refusalOf(engine: string, query: BoundQuery): Refusal | null;
  put(demotion: Demotion): Promise<void>;
  /** Trusts an engine again; returns how many demotions that took back. */
  clear(engine: string): Promise<number>;
}

const PREFIX = 'demotion/';

/** Reads the demotions that are stored. */
export async function openDemotions(settings: SettingStore): Promise<Demotions> {
  const demotions = new Map((await settings.list(PREFIX)).map(({ key, value }) => [key, JSON.parse(value) as Demotion]));
  return {
    list: () => [...demotions.values()].sort((left, right) => left.sinceMs - right.sinceMs),
    refusalOf: (engine, query) => {
      const known = [...demotions.values()].filter((demotion) => demotion.engine === engine);
      if (known.length === 0) return null;
      const parts = partsOf(query);
      const found = known.find((demotion) => meets(demotion, parts));
      return found === undefined ? null : refuse(found);
    },
    put: async (demotion) => {
      const key = `${PREFIX}${demotion.engine}/${demotion.disagreement}`;
      demotions.set(key, demotion);
      await settings.put(key, JSON.stringify(demotion));
    },
    clear: async (engine) => {
      const keys = [...demotions].filter(([, demotion]) => demotion.engine === engine).map(([key]) => key);
      for (const key of keys) {
        await settings.put(key, null);
        demotions.delete(key);
      }
      return keys.length;
    },
  };
}

function meets({ match, parts }: Demotion, ofPlan: ReadonlySet<string>): boolean {
  return match === 'any' ? parts.some((part) => ofPlan.has(part)) : parts.every((part) => ofPlan.has(part));
}

function refuse({ engine, parts, match, disagreement }: Demotion): Refusal {
  const what = `${match === 'any' && parts.length > 1 ? 'any of ' : ''}${parts.join(', ')}`;
  const reason = `it gave another answer than another engine over ${what} (${disagreement}), until ALTER ROUTE CLEAR ENGINE ${engine}`;
  return { kind: 'refusal', code: 'ENGINE_DEMOTED', reason };
}

/** Returns the functions and features of a query by which it is told apart. */
export function partsOf({ plan }: BoundQuery): ReadonlySet<string> {
  const { functions, features } = planRequirements(plan);
  return new Set([...functions, ...features]);
}
