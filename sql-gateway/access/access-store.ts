import { randomUUID } from 'node:crypto';
import { PlatformError, type SettingStore } from '../../spi/index.ts';
import { type AccessState, EMPTY_STATE, parseAccessState, printAccessState } from './access-state.ts';

/** Keeps users, roles, tokens and privileges in the catalog's store. */
export interface AccessStore {
  /** Returns the state of this moment, whichever process changed it last. The same object comes back as long as nothing was changed. */
  current(): Promise<AccessState>;
  /** Changes the state in one atomic commit, durable when this returns. `edit` is called again when another process was faster.
   *  @throws what `edit` throws, STORAGE_CONFLICT when others keep winning */
  change(edit: (state: AccessState) => AccessState): Promise<void>;
}

/** The number that changes with every change, and the state itself: who has seen the number need not read the rest. */
const VERSION_KEY = 'access/version';
const STATE_KEY = 'access/state';

const ATTEMPTS_MAX = 20;

/** Opens the store over the settings of a warehouse. */
export function openAccessStore(settings: SettingStore): AccessStore {
  let known: { readonly version: string | null; readonly state: AccessState } = { version: null, state: EMPTY_STATE };
  let tail: Promise<unknown> = Promise.resolve();

  const load = async (): Promise<typeof known> => {
    const version = await valueOf(settings, VERSION_KEY);
    if (version === known.version) return known;
    const text = await valueOf(settings, STATE_KEY);
    // Another change may lie between the two looks; the older number makes the next look read again.
    known = { version, state: text === null ? EMPTY_STATE : parseAccessState(text) };
    return known;
  };
  const changeOnce = async (edit: (state: AccessState) => AccessState): Promise<void> => {
    for (let attempt = 1; ; attempt += 1) {
      const { version, state } = await load();
      const edited = edit(state);
      if (edited === state) return;
      const next = randomUUID();
      try {
        await settings.swap({ key: VERSION_KEY, value: version }, [
          { key: VERSION_KEY, value: next },
          { key: STATE_KEY, value: printAccessState(edited) },
        ]);
        known = { version: next, state: edited };
        return;
      } catch (error) {
        if (!(error instanceof PlatformError) || error.code !== 'STORAGE_CONFLICT' || attempt === ATTEMPTS_MAX) throw error;
      }
    }
  };
  return {
    current: async () => (await load()).state,
    change: (edit) => {
      // Changes of this process take turns, so that only other processes can be in the way.
      const done = tail.then(() => changeOnce(edit));
      tail = done.catch(() => undefined);
      return done;
    },
  };
}

async function valueOf(settings: SettingStore, key: string): Promise<string | null> {
  return (await settings.list(key)).find((setting) => setting.key === key)?.value ?? null;
}
