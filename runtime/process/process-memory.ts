import { readFileSync } from 'node:fs';

const PAGE_BYTES = 4096;

/** Returns the resident memory of a process in bytes; 0 where the system does not tell, or when the process has ended. */
export function residentBytes(pid: number): number {
  if (process.platform !== 'linux') return 0;
  try {
    return Number(readFileSync(`/proc/${String(pid)}/statm`, 'utf8').split(' ')[1] ?? 0) * PAGE_BYTES;
  } catch {
    // The process has just ended: it uses nothing any more.
    return 0;
  }
}
