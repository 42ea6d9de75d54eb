import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { claimFolder, isOwnedElsewhere, releaseFolder } from '../../../../sql-gateway/job/job-owner.ts';

const OTHER_PID = 4_000_000;
const alive = (): boolean => true;
const dead = (): boolean => false;

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'owner-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

const ownedBy = (pid: number): void => {
  writeFileSync(join(folder, 'owner.json'), JSON.stringify({ pid }));
};
const owner = (): unknown => JSON.parse(readFileSync(join(folder, 'owner.json'), 'utf8'));

describe('the owner of a job', () => {
  it('is the first process that asks', async () => {
    expect(await claimFolder(folder, alive)).toBe(true);
    expect(owner()).toEqual({ pid: process.pid });
    expect(readdirSync(folder)).toEqual(['owner.json']);
  });

  it('stays the process that has it while that runs', async () => {
    ownedBy(OTHER_PID);
    expect(await isOwnedElsewhere(folder, alive)).toBe(true);
    expect(await claimFolder(folder, alive)).toBe(false);
    expect(owner()).toEqual({ pid: OTHER_PID });
  });

  it.each([
    ['a process that is gone', OTHER_PID, dead],
    ['an earlier process that had the id of this one', process.pid, alive],
  ])('is taken over from %s', async (_what, pid, isRunning) => {
    ownedBy(pid);
    expect(await isOwnedElsewhere(folder, isRunning)).toBe(false);
    expect(await claimFolder(folder, isRunning)).toBe(true);
    expect(owner()).toEqual({ pid: process.pid });
    expect(readdirSync(folder)).toEqual(['owner.json']);
  });

  it('is nobody after the job was given back', async () => {
    await claimFolder(folder, alive);
    await releaseFolder(folder);
    expect(await isOwnedElsewhere(folder, alive)).toBe(false);
    expect(readdirSync(folder)).toEqual([]);
  });
});
