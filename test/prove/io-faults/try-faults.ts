import { PlatformError } from '../../../spi/index.ts';
import type { Arena, TableRows } from './arena.ts';
import type { Scenario } from './commit-scenarios.ts';
import type { Fault } from './faulty-disk.ts';

/** What was seen of a kind of commit under a kind of fault. */
export interface FaultFindings {
  /** Operations that were let fail, each in a run of its own. */
  readonly steps: number;
  /** What was wrong, in words. */
  readonly wrong: readonly string[];
}

/** Operations of one change at most; a change that is not done then never ends. */
const STEPS_MAX = 200;

/** Lets each operation of a change fail, one a run. After a fault the tables must be as they were, or whole as after the change, and never anything
 *  else; what was acknowledged must be there after a power cut; the change that failed must succeed when it is repeated, and be done once. */
export async function tryFaults(arena: Arena, scenario: Scenario, fault: Fault, stepsMax = STEPS_MAX): Promise<FaultFindings> {
  const wrong: string[] = [];
  for (let at = 1; at <= stepsMax; at += 1) {
    const key = `${scenario.name}_${fault}_${String(at)}`.replaceAll('-', '_');
    arena.disk.arm(null);
    const change = await scenario.prepare(arena, key);
    const before = await arena.rows();
    const after = change.after(before);
    const note = (what: string): void => void wrong.push(`${scenario.name}, ${fault} at operation ${String(at)}: ${what}`);
    arena.disk.arm({ kind: fault, at });
    const failure = await change.run().then(
      () => null,
      (error: unknown) => PlatformError.from(error, 'INTERNAL_INVARIANT'),
    );
    const reached = arena.disk.operations >= at;
    // What was acknowledged is safe: the machine may go off at once.
    if (failure === null) arena.disk.cutPower();
    arena.disk.arm(null);
    if (failure !== null && failure.code !== 'STORAGE_IO' && failure.code !== 'RESOURCE_DISK') note(`ended with ${failure.code}`);
    const seen = await look(arena);
    if (failure === null && !isSame(seen, after)) note(`was acknowledged, and leaves ${describe(seen)} in place of ${describe(after)}`);
    if (failure !== null && !isSame(seen, before) && !isSame(seen, after)) note(`leaves ${describe(seen)} in place of ${describe(before)}`);
    if (wrong.length > 0) return { steps: at, wrong };
    if (!reached) return { steps: at - 1, wrong };
    // What was staged and not synced went with the power.
    if (fault === 'power-cut') continue;
    for (const time of ['first', 'second']) {
      try {
        await change.run();
      } catch (error) {
        note(`the ${time} repetition fails: ${String(error)}`);
      }
      const repeated = await look(arena);
      if (!isSame(repeated, after)) note(`the ${time} repetition leaves ${describe(repeated)} in place of ${describe(after)}`);
    }
    if (wrong.length > 0) return { steps: at, wrong };
  }
  return { steps: stepsMax, wrong: stepsMax === STEPS_MAX ? [`${scenario.name}: the change never ends`] : wrong };
}

async function look(arena: Arena): Promise<TableRows | PlatformError> {
  try {
    return await arena.rows();
  } catch (error) {
    return PlatformError.from(error, 'INTERNAL_INVARIANT');
  }
}

const isSame = (seen: TableRows | PlatformError, wanted: TableRows): boolean =>
  !(seen instanceof PlatformError) && describe(seen) === describe(wanted);

function describe(rows: TableRows | PlatformError): string {
  if (rows instanceof PlatformError) return `${rows.code}: ${rows.message}`;
  return JSON.stringify(Object.entries(rows).sort(([left], [right]) => (left < right ? -1 : 1)));
}
