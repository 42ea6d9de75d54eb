import type { SourceMutant } from '../mutate-source.ts';

/** A check taken out of the program's source, and the tricks of which at least one must then be noticed. */
export interface AccessMutant extends SourceMutant {
  /** Mutants of one round stand in one program. */
  readonly round: 1 | 2 | 3;
  readonly tricks: readonly string[];
}

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
    from: 'return whole ? table :',
    to: 'return table.fields.length > 0 ? table :',
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
    from: 'readable.has(String(id))',
    to: "readable.has(String(id)) || name === 'name'",
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
];
