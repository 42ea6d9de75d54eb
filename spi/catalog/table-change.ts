/** One change of a stored table that touches none of its rows. */
export type TableChange =
  | { readonly kind: 'set_properties'; readonly properties: Readonly<Record<string, string>> }
  /** A key that is not set is refused unless `ifExists`. */
  | { readonly kind: 'unset_properties'; readonly keys: readonly string[]; readonly ifExists: boolean };
