/** Small facts that the server keeps in the warehouse: rules of the router and the like. Each change is durable when it returns. */
export interface SettingStore {
  /** Returns the settings whose key starts with the prefix, by key in order. Values are JSON texts. */
  list(prefix: string): Promise<readonly { readonly key: string; readonly value: string }[]>;
  /** Sets or, with null, forgets a setting. */
  put(key: string, value: string | null): Promise<void>;
  /** Sets or forgets several settings in one commit, if the setting `expected.key` has the value told (null when it must not be there).
   *  @throws STORAGE_CONFLICT when it has another one by now; nothing is changed then */
  swap(
    expected: { readonly key: string; readonly value: string | null },
    changes: readonly { readonly key: string; readonly value: string | null }[],
  ): Promise<void>;
}
