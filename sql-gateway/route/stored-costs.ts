import { type Logger, PlatformError, type SettingStore } from '../../spi/index.ts';
import type { StoredCosts } from './measured-costs.ts';

const KEY = 'routing/costs';

/** The form of what is stored; another one is not read. */
const VERSION = 1;

/** Shapes that are kept, the ones used last. */
const SHAPES_MAX = 500;

/** Units: milliseconds between two looks whether there is something new to keep. */
const SAVE_INTERVAL_MS = 60_000;

/** Returns what the routers of earlier processes learned; null for nothing, or for what another version wrote. */
export async function readStoredCosts(settings: SettingStore): Promise<StoredCosts | null> {
  const text = (await settings.list(KEY)).find(({ key }) => key === KEY)?.value;
  const stored = text === undefined ? null : (JSON.parse(text) as StoredCosts & { readonly version: number });
  return stored?.version === VERSION ? stored : null;
}

/** Keeps what a router learns. */
export interface CostKeeper {
  /** Writes what is new, and looks no more. */
  end(): Promise<void>;
}

/** Keeps what a router learns from now on: each minute, and at the end. What is lost in between is learned again. */
export function keepCosts(router: { save(): StoredCosts | null }, settings: SettingStore, log: Logger): CostKeeper {
  const save = async (): Promise<void> => {
    const costs = router.save();
    if (costs === null) return;
    try {
      await settings.put(KEY, JSON.stringify({ version: VERSION, ...costs, shapes: costs.shapes.slice(-SHAPES_MAX) }));
    } catch (error) {
      log.warn({ code: PlatformError.from(error, 'INTERNAL_INVARIANT').code }, 'what the router learned could not be kept');
    }
  };
  const timer = setInterval(() => void save(), SAVE_INTERVAL_MS);
  timer.unref();
  return {
    end: async () => {
      clearInterval(timer);
      await save();
    },
  };
}
