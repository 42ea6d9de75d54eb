import type { TableSnapshot, ViewDefinition } from '../../spi/index.ts';
import type { TablePolicy } from './access-change.ts';

/** The filters and masks of a table that hold for one reader. */
export interface PoliciesOfReader {
  /** Whose name `current_user` is in them. */
  readonly reader: string;
  /** All columns of the table: filters and masks may read what their reader does not see. */
  readonly fields: TableSnapshot['fields'];
  readonly policies: readonly TablePolicy[];
}

/** Tells which filters and masks hold for who reads a table: whoever runs the statement, or the owner of the view in whose text the table is named. Null for none. */
export type PolicyLookup = (table: TableSnapshot, view: ViewDefinition | null) => PoliciesOfReader | null;

/** Opens the lookup of one statement, told whether it reads views; null when no filters and masks can hold. */
export type PolicySource = (readsViews: boolean) => Promise<PolicyLookup | null>;
