import { type ChildProcess, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

/** A running load. */
export interface Load {
  readonly pid: number;
  /** Ids whose append was acknowledged, so far. */
  readonly acknowledged: ReadonlySet<number>;
  /** Codes of the errors that appends ended with, so far. */
  readonly errors: readonly string[];
  /** Resolves when the load begins to append; rejects never: a load that ends before is seen by `ended`. */
  readonly ready: Promise<void>;
  readonly ended: Promise<void>;
  /** Lets a load with an end begin. */
  begin(): void;
}

/** What a load does. */
export interface LoadPlan {
  readonly directory: string;
  readonly committerEntry: string;
  readonly firstId: number;
  readonly parallel: number;
  /** 0: until it is killed. */
  readonly appendsMax: number;
  readonly log: (line: string) => void;
}

/** Starts a process that appends to the crash table. */
export function startLoad(plan: LoadPlan): Load {
  const program = fileURLToPath(new URL('./append-load.ts', import.meta.url));
  const numbers = [plan.firstId, plan.parallel, plan.appendsMax].map(String);
  const child = spawn(process.execPath, ['--import', 'tsx', program, plan.directory, plan.committerEntry, ...numbers], {
    detached: true,
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  const acknowledged = new Set<number>();
  const errors: string[] = [];
  const ended = new Promise<void>((resolve) => {
    child.once('close', () => {
      resolve();
    });
  });
  const ready = new Promise<void>((resolve) => {
    readLines(child, (line) => {
      const [word, id = '', code = ''] = line.split(' ');
      if (word === 'ready') resolve();
      if (word === 'ack') acknowledged.add(Number(id));
      if (word === 'error') errors.push(code);
    });
    void ended.then(resolve);
  });
  createInterface({ input: child.stderr }).on('line', (line) => {
    if (!line.startsWith('npm ') && process.env['CRASH_VERBOSE'] !== undefined) plan.log(`  ${line}`);
  });
  const begin = (): void => {
    child.stdin.end('go\n');
  };
  return { pid: child.pid ?? -1, acknowledged, errors, ready, ended, begin };
}

function readLines(child: ChildProcess, take: (line: string) => void): void {
  if (child.stdout !== null) createInterface({ input: child.stdout }).on('line', take);
}

/** Returns the pids of all processes that descend from one. */
export function descendants(pid: number): number[] {
  let children: string;
  try {
    children = readFileSync(`/proc/${String(pid)}/task/${String(pid)}/children`, 'utf8');
  } catch {
    // It has ended in the meantime.
    return [];
  }
  return children
    .split(' ')
    .filter((text) => text !== '')
    .map(Number)
    .flatMap((child) => [child, ...descendants(child)]);
}

/** Kills processes at once by SIGKILL. */
export function killAll(pids: readonly number[]): void {
  for (const pid of pids) {
    try {
      process.kill(pid, 'SIGKILL');
    } catch {
      // It has ended in the meantime.
    }
  }
}
