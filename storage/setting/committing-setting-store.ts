import type { SettingStore } from '../../spi/index.ts';
import type { CatalogReader, Setting } from '../catalog-store/catalog-store.ts';
import type { Committer } from '../committer/committer.ts';
import type { SettingChange } from './put-setting.ts';

/** Reads settings from the store and hands changes of them to the committer. */
export class CommittingSettingStore implements SettingStore {
  readonly #store: CatalogReader;
  readonly #committer: Committer;

  constructor(store: CatalogReader, committer: Committer) {
    this.#store = store;
    this.#committer = committer;
  }

  async list(prefix: string): Promise<readonly Setting[]> {
    return Promise.resolve(this.#store.settings(prefix));
  }

  async put(key: string, value: string | null): Promise<void> {
    await this.#committer.run({ kind: 'put_setting', key, value });
  }

  async swap(expected: SettingChange, changes: readonly SettingChange[]): Promise<void> {
    await this.#committer.run({ kind: 'swap_settings', expected, changes });
  }
}
