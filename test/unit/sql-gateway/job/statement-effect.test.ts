import { describe, expect, it } from 'vitest';
import { hadEffect } from '../../../../sql-gateway/job/statement-effect.ts';
import type { BoundStatement } from '../../../../sql/bind/index.ts';
import type { TableChange } from '../../../../spi/index.ts';

const alter = (...changes: readonly TableChange[]): BoundStatement => ({
  kind: 'alter_table',
  table: { schema: 'main', name: 't', uuid: 'u' },
  changes,
});

describe('whether a definition had its effect', () => {
  it('is told by another description of what it changes', () => {
    const comment = alter({ kind: 'set_table_comment', comment: 'x' });
    expect([hadEffect(comment, 'a', 'b'), hadEffect(comment, 'a', 'a')]).toEqual([true, false]);
  });

  it('is never told of a fast-forward, nor of a branch that is dropped: what somebody else changed meanwhile is no sign of them', () => {
    expect(hadEffect(alter({ kind: 'fast_forward', branch: 'b' }), 'a', 'b')).toBe(false);
    const drop = { kind: 'drop_reference', type: 'branch', name: 'b' } as const;
    expect(hadEffect(alter({ ...drop, ifExists: true }), 'a', 'b')).toBe(false);
    expect(hadEffect(alter({ ...drop, ifExists: false }), 'a', 'b')).toBe(true);
  });
});
