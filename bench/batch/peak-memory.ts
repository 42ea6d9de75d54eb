import { readFileSync } from 'node:fs';

/** How often the memory is looked at. Units: milliseconds. */
const INTERVAL_MS = 200;

/** Runs something and returns the most memory that processes had together meanwhile, what they share counted once. Units: bytes. */
export async function peakMemory(pids: () => readonly number[], run: () => Promise<unknown>): Promise<number> {
  let peak = 0;
  const look = (): void => {
    peak = Math.max(
      peak,
      pids().reduce((sum, pid) => sum + proportionalBytes(pid), 0),
    );
  };
  const timer = setInterval(look, INTERVAL_MS);
  try {
    await run();
    look();
  } finally {
    clearInterval(timer);
  }
  return peak;
}

function proportionalBytes(pid: number): number {
  try {
    return Number(/^Pss:\s+(\d+) kB/m.exec(readFileSync(`/proc/${String(pid)}/smaps_rollup`, 'utf8'))?.[1] ?? 0) * 1024;
  } catch {
    // It has ended meanwhile.
    return 0;
  }
}
