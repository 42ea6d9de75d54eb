/** Small facts that the server keeps in the warehouse: rules of the router and the like. Each change is durable when it returns. */
export interface SettingStore {
  /** Returns the settings whose key starts with the prefix, by key in order. Values are JSON texts. */
  list(prefix: string): Promise<readonly { readonly key: string; readonly value: string }[]>;
  /** Sets or, with null, forgets a setting. */
  put(key: string, value: string | null): Promise<void>;
}
