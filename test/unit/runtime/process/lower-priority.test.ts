import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { getPriority } from 'node:os';
import { expect, test } from 'vitest';
import { lowerPriority } from '../../../../runtime/process/index.ts';

test('a process whose priority is lowered stands behind others, in the weights of the kernel and of its sessions', async () => {
  const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { detached: true, stdio: 'ignore' });
  await once(child, 'spawn');
  const pid = child.pid ?? 0;
  expect(getPriority(pid)).toBe(0);
  lowerPriority(pid);
  expect(getPriority(pid)).toBe(10);
  const group = `/proc/${String(pid)}/autogroup`;
  if (existsSync(group)) expect(readFileSync(group, 'utf8')).toContain('nice 10');
  child.kill('SIGKILL');
  await once(child, 'exit');
  lowerPriority(pid);
});
