import { PlatformError, type SettingStore } from '../../spi/index.ts';

/** Settings in memory, for tests. */
export function createMemorySettingStore(): SettingStore {
  const settings = new Map<string, string>();
  return {
    list: (prefix) =>
      Promise.resolve(
        [...settings]
          .filter(([key]) => key.startsWith(prefix))
          .map(([key, value]) => ({ key, value }))
          .sort((left, right) => (left.key < right.key ? -1 : 1)),
      ),
    put: (key, value) => {
      if (value === null) settings.delete(key);
      else settings.set(key, value);
      return Promise.resolve();
    },
    swap: (expected, changes) => {
      if ((settings.get(expected.key) ?? null) !== expected.value) {
        return Promise.reject(new PlatformError('STORAGE_CONFLICT', `The setting ${expected.key} was changed meanwhile.`));
      }
      for (const { key, value } of changes) {
        if (value === null) settings.delete(key);
        else settings.set(key, value);
      }
      return Promise.resolve();
    },
  };
}
