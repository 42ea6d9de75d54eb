import { readdirSync, readFileSync } from 'node:fs';

/** Returns the processes below one whose command line holds the text; all of them for none. */
export function processesBelow(pid: number, name = ''): readonly number[] {
  return descendants(pid).filter((each) => commandLine(each).includes(name));
}

/** Returns the resident memory of a process; 0 when it has ended. Units: bytes. */
export function residentBytesOf(pid: number): number {
  return Number(/^VmRSS:\s+(\d+) kB/m.exec(readProcess(pid, 'status'))?.[1] ?? 0) * 1024;
}

function descendants(pid: number): readonly number[] {
  const childrenOf = new Map<number, number[]>();
  for (const name of readdirSync('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    const parent = Number(/^PPid:\s+(\d+)/m.exec(readProcess(Number(name), 'status'))?.[1] ?? 0);
    childrenOf.set(parent, [...(childrenOf.get(parent) ?? []), Number(name)]);
  }
  const found: number[] = [];
  for (const next = [...(childrenOf.get(pid) ?? [])]; next.length > 0; ) {
    const each = next.pop() ?? 0;
    found.push(each);
    next.push(...(childrenOf.get(each) ?? []));
  }
  return found;
}

function commandLine(pid: number): string {
  return readProcess(pid, 'cmdline').replaceAll('\0', ' ');
}

function readProcess(pid: number, file: string): string {
  try {
    return readFileSync(`/proc/${String(pid)}/${file}`, 'utf8');
  } catch {
    // A process that has ended meanwhile has no facts.
    return '';
  }
}
