import { readdirSync, writeFileSync } from 'node:fs';
import { setPriority } from 'node:os';

/** How far behind others a process stands that has time: of a core that both want it gets a tenth. */
const NICE = 10;

/** Lets all others have the processor first, for as long as the process lives: its threads now, and those that they start.
 *  Best effort: nothing depends on it but who waits for whom. */
export function lowerPriority(pid: number): void {
  for (const thread of threadsOf(pid)) {
    attempt(() => {
      setPriority(thread, NICE);
    });
  }
  // Linux may weigh sessions in place of threads; every child process is a session of its own.
  attempt(() => {
    writeFileSync(`/proc/${String(pid)}/autogroup`, String(NICE));
  });
}

function threadsOf(pid: number): readonly number[] {
  try {
    return readdirSync(`/proc/${String(pid)}/task`).map(Number);
  } catch {
    // No Linux: the priority of a process is that of its threads.
    return [pid];
  }
}

function attempt(change: () => void): void {
  try {
    change();
  } catch {
    // The process or thread has ended, or the kernel has no such groups.
  }
}
