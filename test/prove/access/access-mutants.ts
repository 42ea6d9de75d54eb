import type { SourceMutant } from '../mutate-source.ts';

/** A check taken out of the program's source, and the tricks of which at least one must then be noticed. */
export interface AccessMutant extends SourceMutant {
  /** Mutants of one round stand in one program. */
  readonly round: 1 | 2 | 3 | 4;
  readonly tricks: readonly string[];
}

const POLICIES = 'sql/bind/table-policies.ts';
const DECIDE = 'sql-gateway/access/decide-access.ts';

/** Checks, each with what it would be like without it. */
export const ACCESS_MUTANTS: readonly AccessMutant[] = [
  {
    id: 'without-decision',
    round: 1,
    file: 'sql-gateway/query/bind-request.ts',
    from: '  await view.check(bound);\n',
    to: '',
    tricks: ['insert-read-only', 'drop-table', 'view-of-another-after-revoke', 'scope-write', 'explain-through-view'],
  },
  {
    id: 'without-hidden-columns',
    round: 1,
    file: 'sql-gateway/access/visible-catalog.ts',
    from: 'if (whole) return table;',
    to: 'if (whole || table.fields.length > 0) return table;',
    tricks: ['describe-hides-columns', 'catalog-columns'],
  },
  {
    id: 'without-check-of-uploads',
    round: 1,
    file: DECIDE,
    from: "return decideOn(table, ['INSERT'], rights, catalog);",
    to: 'return decideOn(table, [], rights, catalog);',
    tricks: ['upload'],
  },
  {
    id: 'without-check-of-routes',
    round: 1,
    file: 'sql-gateway/http/create-server.ts',
    from: '      await checkRoute(route, principal);\n',
    to: '',
    tricks: ['list-tokens', 'scope-upload'],
  },
  {
    id: 'without-check-of-grants',
    round: 1,
    file: 'sql-gateway/access/apply-access-change.ts',
    from: '!rights.mayGrant(',
    to: "name === '' && !rights.mayGrant(",
    tricks: ['grant-without-option'],
  },
  {
    id: 'without-check-of-roles',
    round: 1,
    file: 'sql-gateway/access/apply-access-change.ts',
    from: 'if (!rights.mayGrantRole(role)) {',
    to: "if (role === '') {",
    tricks: ['become-administrator', 'grant-role-without-admin'],
  },
  {
    id: 'without-hidden-relations',
    round: 2,
    file: 'sql-gateway/access/visible-catalog.ts',
    from: 'if (found === null || !this.#seesFound(found)) return null;',
    to: 'if (found === null) return null;',
    tricks: ['describe', 'show-create', 'drop-unseen-if-exists'],
  },
  {
    id: 'without-definer',
    round: 2,
    file: DECIDE,
    from: 'const reader = definer ?? rights;',
    to: "const reader = definer === null ? rights : rightsOf(state, { user: '', administrator: true });",
    tricks: ['view-of-another-after-revoke'],
  },
  {
    id: 'without-plan-check',
    round: 2,
    file: DECIDE,
    from: 'definer !== null && explained ?',
    to: 'definer !== null && explained && read.via === null ?',
    tricks: ['explain-through-view'],
  },
  {
    id: 'without-bounds-check',
    round: 2,
    file: 'sql-gateway/access/visible-catalog.ts',
    from: "if (this.#rights.extent(relationRef(found), 'SELECT') !== 'all') {",
    to: 'if (name.length === 0) {',
    tricks: ['metadata-files', 'metadata-partitions'],
  },
  {
    id: 'names-in-place-of-field-ids',
    round: 3,
    file: 'sql-gateway/access/visible-catalog.ts',
    from: '({ id }) => readable.has(String(id))',
    to: "({ id, name }) => readable.has(String(id)) || name === 'name'",
    tricks: ['rename-keeps-column-secret'],
  },
  {
    id: 'owners-by-name',
    round: 3,
    file: 'sql-gateway/access/apply-access-change.ts',
    from: "id: randomBytes(8).toString('hex')",
    to: 'id: name',
    tricks: ['user-made-anew'],
  },
  {
    id: 'tokens-of-nobody',
    round: 3,
    file: 'sql-gateway/access/apply-access-change.ts',
    from: 'tokens: new Map([...state.tokens].filter(([, { user }]) => user !== name)),',
    to: 'tokens: state.tokens,',
    tricks: ['token-after-drop-of-user'],
  },
  {
    id: 'engines-for-all',
    round: 3,
    file: 'sql-gateway/route/create-router.ts',
    from: 'mayUse === null || mayUse(entry.name)',
    to: "mayUse === null || entry.name !== ''",
    tricks: ['engine-without-usage'],
  },
  {
    id: 'without-filters',
    round: 1,
    file: POLICIES,
    from: "policies.filter(({ type }) => type === 'row-filter')",
    to: "policies.filter(({ type, name }) => type === 'row-filter' && name === '')",
    tricks: ['filtered-star'],
  },
  {
    id: 'without-masks',
    round: 2,
    file: POLICIES,
    from: "policies.filter(({ type }) => type === 'column-mask')",
    to: "policies.filter(({ type, name }) => type === 'column-mask' && name === '')",
    tricks: ['mask-by-concatenation'],
  },
  {
    id: 'policies-of-the-asker-in-views',
    round: 2,
    file: 'sql-gateway/access/policies-of-reader.ts',
    from: 'view === null ? rights : rightsOfOwner(state, view.owner)',
    to: "view === null || view.sql !== '' ? rights : rightsOfOwner(state, view.owner)",
    tricks: ['filtered-in-view-of-filtered-owner'],
  },
  {
    id: 'changes-under-policies',
    round: 4,
    file: DECIDE,
    from: 'if (found === null || policiesFor(state, rights, relationRef(found)).length === 0) return;',
    to: 'if (found === null || policiesFor(state, rights, relationRef(found)).length >= 0) return;',
    tricks: ['filtered-update', 'filtered-delete', 'filtered-alter'],
  },
  {
    id: 'files-under-policies',
    round: 4,
    file: 'sql/bind/bind-relation.ts',
    from: '  if (policiesOn(state, table) !== null) {\n    const message',
    to: "  if (policiesOn(state, table) !== null && table.ref.name === '') {\n    const message",
    tricks: ['filtered-files', 'filtered-snapshots'],
  },
  {
    id: 'exceptions-by-name',
    round: 4,
    file: 'sql-gateway/access/apply-access-change.ts',
    from: 'exceptions: others(policy.exceptions)',
    to: 'exceptions: policy.exceptions',
    tricks: ['exception-of-dropped-user'],
  },
  {
    id: 'policies-forgotten-with-replaced-table',
    round: 4,
    file: 'sql-gateway/access/access-control.ts',
    from: 'policies: moved(state.policies, before, after)',
    to: 'policies: moved(state.policies, before, null)',
    tricks: ['filter-of-replaced-table'],
  },
];
