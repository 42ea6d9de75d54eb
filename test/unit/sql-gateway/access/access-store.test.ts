import { describe, expect, it } from 'vitest';
import { openAccessStore } from '../../../../sql-gateway/access/access-store.ts';
import { createAccessTokens } from '../../../../sql-gateway/access/access-tokens.ts';
import type { AccessChange } from '../../../../sql/bind/index.ts';
import { applyAccessChange } from '../../../../sql-gateway/access/apply-access-change.ts';
import { rightsOf } from '../../../../sql-gateway/access/rights.ts';
import { createMemorySettingStore } from '../../../support/memory-setting-store.ts';

const settings = createMemorySettingStore();
const reserved = new Set(['admin']);

const user = (name: string): AccessChange => ({ kind: 'create_principal', type: 'user', name, ifNotExists: false });

const change = (store: ReturnType<typeof openAccessStore>, wanted: AccessChange, asked = 'admin'): Promise<void> =>
  store.change((state) =>
    applyAccessChange(wanted, { state, rights: rightsOf(state, { user: asked, administrator: asked === 'admin' }), reserved }),
  );

const code = (expected: string) => expect.objectContaining({ code: expected }) as Error;

describe('users, roles and privileges', () => {
  it('are seen by another process at once, and no change of two at the same time is lost', async () => {
    const [one, other] = [openAccessStore(settings), openAccessStore(settings)];
    await Promise.all([
      change(one, user('ada')),
      change(other, user('bob')),
      change(one, user('constructor')),
      change(other, user('__proto__')),
    ]);
    expect([...(await one.current()).principals.keys()].sort()).toEqual(['__proto__', 'ada', 'bob', 'constructor']);
    expect([...(await other.current()).principals.keys()].sort()).toEqual(['__proto__', 'ada', 'bob', 'constructor']);
    expect(await openAccessStore(settings).current()).toEqual(await one.current());
  });

  it('have names that are used once, and none that the server has taken', async () => {
    const store = openAccessStore(settings);
    await expect(change(store, user('ada'))).rejects.toThrow(code('AUTH_EXISTS'));
    await expect(change(store, user('admin'))).rejects.toThrow(code('AUTH_EXISTS'));
    await expect(change(store, user('public'))).rejects.toThrow(code('AUTH_EXISTS'));
    await expect(change(store, user('eve'), 'ada')).rejects.toThrow(code('AUTH_FORBIDDEN'));
  });

  it('go through roles of roles, whose circles are refused', async () => {
    const store = openAccessStore(settings);
    for (const name of ['r', 's']) await change(store, { kind: 'create_principal', type: 'role', name, ifNotExists: false });
    const grant = (role: string, grantee: string, asked?: string): Promise<void> =>
      change(store, { kind: 'grant_roles', roles: [role], grantees: [grantee], option: false }, asked);
    await grant('s', 'r');
    await grant('r', 'ada');
    await expect(grant('r', 's')).rejects.toThrow(code('SQL_INVALID_VALUE'));
    await expect(grant('r', 'bob', 'ada')).rejects.toThrow(code('AUTH_FORBIDDEN'));
    const object = { type: 'relation', id: 'u1', schema: 'main', label: 'main.t' } as const;
    const privileges = [{ name: 'SELECT', columns: ['1', '2'] }];
    await change(store, { kind: 'grant', privileges, object, grantees: ['s'], option: false });
    const ref = { key: 'relation:u1', schemaKey: 'schema:main' };
    const extent = async (name: string) => rightsOf(await store.current(), { user: name, administrator: false }).extent(ref, 'SELECT');
    expect(await extent('ada')).toEqual(new Set(['1', '2']));
    expect(await extent('bob')).toBe('none');
    await change(store, { kind: 'drop_principal', type: 'role', name: 'r', ifExists: false });
    expect(await extent('ada')).toBe('none');
  });
});

describe('a token', () => {
  it('stands for its user until it is revoked, is over, or the user is dropped', async () => {
    const store = openAccessStore(settings);
    const tokens = createAccessTokens(store);
    await expect(tokens.create({ user: 'nobody', scopes: ['read'], expiresAtMs: null })).rejects.toThrow(code('AUTH_UNKNOWN'));
    const { token, id } = await tokens.create({ user: 'Ada', scopes: ['read'], expiresAtMs: null });
    expect(await tokens.find(token)).toEqual({ user: 'ada', administrator: false, scopes: ['read'] });
    expect(await tokens.find(`${token.slice(0, -1)}${token.endsWith('A') ? 'B' : 'A'}`)).toBeNull();
    expect(JSON.stringify(await settings.list(''))).not.toContain(token.slice(-43));
    const over = await tokens.create({ user: 'ada', scopes: ['read'], expiresAtMs: Date.now() - 1 });
    expect(await tokens.find(over.token)).toBeNull();
    await tokens.revoke(id);
    expect(await tokens.find(token)).toBeNull();
    const last = await tokens.create({ user: 'bob', scopes: ['admin'], expiresAtMs: null });
    await change(store, { kind: 'drop_principal', type: 'user', name: 'bob', ifExists: false });
    expect(await tokens.find(last.token)).toBeNull();
  });
});
