import type { ServerProcess } from '../../test/support/server-process.ts';

/** Units: MiB of resident memory of a server and all its children. */
export interface MemoryGrowth {
  readonly beforeMib: number;
  readonly mostMib: number;
}

/** Units: milliseconds between two looks. */
const LOOK_MS = 50;

/** Runs something and returns how much memory the server took meanwhile. */
export async function watchGrowth<Result>(
  server: ServerProcess,
  run: () => Promise<Result>,
): Promise<MemoryGrowth & { readonly result: Result }> {
  const look = (): number => server.residentBytes() / 2 ** 20;
  const beforeMib = look();
  let mostMib = beforeMib;
  const timer = setInterval(() => {
    mostMib = Math.max(mostMib, look());
  }, LOOK_MS);
  try {
    const result = await run();
    return { beforeMib, mostMib, result };
  } finally {
    clearInterval(timer);
  }
}
