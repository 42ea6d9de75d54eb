import { mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ensureToken, readToken, tokenPath } from '../../../../cli/server/token-file.ts';

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'trivium-token-'));
});
afterEach(() => {
  rmSync(directory, { recursive: true });
});

describe('ensureToken', () => {
  it('makes a long token once and keeps it', () => {
    const token = ensureToken(directory);
    expect(token).toMatch(/^[\w-]{32}$/);
    expect(ensureToken(directory)).toBe(token);
    expect(readToken(directory)).toBe(token);
  });

  it('lets nobody but the owner read the file, and leaves no draft behind', () => {
    ensureToken(directory);
    expect(statSync(tokenPath(directory)).mode & 0o777).toBe(0o600);
    expect(readdirSync(directory)).toEqual(['token']);
  });

  it('makes another token for another directory', () => {
    expect(ensureToken(join(directory, 'a'))).not.toBe(ensureToken(join(directory, 'b')));
  });

  it('refuses an empty token file instead of letting everybody in', () => {
    writeFileSync(tokenPath(directory), '\n');
    expect(() => ensureToken(directory)).toThrow(/is empty/);
    expect(readToken(directory)).toBeNull();
  });
});
