import type { TableSnapshot } from '../../spi/index.ts';
import type { PolicyLookup, TablePolicy } from '../../sql/bind/index.ts';
import { type AccessState, PUBLIC } from './access-state.ts';
import { membershipsOf, type ObjectRef, type Rights, rightsOfOwner } from './rights.ts';
import { relationRef } from './visible-catalog.ts';

/** Returns the row filters and column masks of a table that hold for a user. Its owner and administrators see it as it is. */
export function policiesFor(state: AccessState, rights: Rights, object: ObjectRef): readonly TablePolicy[] {
  const set = state.policies.get(object.key);
  if (set === undefined || rights.owns(object)) return [];
  const names = new Set([rights.user, ...membershipsOf(state, rights.user).keys(), PUBLIC]);
  const isNamed = (name: string): boolean => names.has(name);
  return set.filter(({ grantees, exceptions }) => grantees.some(isNamed) && !exceptions.some(isNamed));
}

/** Returns the lookup of filters and masks for a statement of a user; null when none are set. In the text of a view they are those of its owner.
 *  @param wholeOf gives a table with all of its columns, also those that the user does not see */
export function policyLookup(state: AccessState, rights: Rights, wholeOf: (table: TableSnapshot) => TableSnapshot): PolicyLookup | null {
  if (state.policies.size === 0) return null;
  return (table, view) => {
    const reader = view === null ? rights : rightsOfOwner(state, view.owner);
    const policies = policiesFor(state, reader, relationRef(table));
    return policies.length === 0 ? null : { reader: reader.user, fields: wholeOf(table).fields, policies };
  };
}
