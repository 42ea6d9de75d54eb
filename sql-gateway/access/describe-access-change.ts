import { type AccessChange, policyLabel } from '../../sql/bind/index.ts';

/** Returns what a change of users, roles and privileges does, in the past tense of an answer. */
export function describeAccessChange(change: AccessChange): string {
  switch (change.kind) {
    case 'create_principal':
      return `created ${change.type} ${change.name}`;
    case 'drop_principal':
      return `dropped ${change.type} ${change.name}`;
    case 'grant_roles':
      return `granted ${change.roles.join(', ')} to ${change.grantees.join(', ')}`;
    case 'revoke_roles':
      return `revoked ${change.option ? 'the admin option for ' : ''}${change.roles.join(', ')} from ${change.grantees.join(', ')}`;
    case 'create_policy':
      return `set ${policyLabel(change.policy)} on ${change.object.label}`;
    case 'drop_policy':
      return `dropped ${policyLabel(change)} of ${change.object.label}`;
    case 'grant':
      return `granted ${privilegesOf(change)} on ${change.object.label} to ${change.grantees.join(', ')}`;
    case 'revoke':
      return `revoked ${change.option ? 'the grant option for ' : ''}${privilegesOf(change)} on ${change.object.label} from ${change.grantees.join(', ')}`;
  }
}

function privilegesOf({ privileges }: Extract<AccessChange, { kind: 'grant' | 'revoke' }>): string {
  return privileges.map(({ name }) => name).join(', ');
}
