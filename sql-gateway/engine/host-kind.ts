import { nearestName, PlatformError } from '../../spi/index.ts';

/** Where an engine runs: in the server's own thread, in a worker thread, or in a child process. */
export type EngineHostKind = 'in-process' | 'worker' | 'process';

/** The kinds that an engine can be started in. */
export const ENGINE_HOST_KINDS: readonly EngineHostKind[] = ['in-process', 'worker', 'process'];

/** Returns the kind that a configuration names; `in-process` when it names none.
 *  @throws CONFIG_INVALID with the place and the nearest kind */
export function readHostKind(value: unknown, place: string): EngineHostKind {
  if (value === undefined || value === null) return 'in-process';
  const kind = ENGINE_HOST_KINDS.find((known) => known === value);
  if (kind !== undefined) return kind;
  const nearest = typeof value === 'string' ? nearestName(value, ENGINE_HOST_KINDS) : null;
  throw new PlatformError(
    'CONFIG_INVALID',
    `${place} must be one of ${ENGINE_HOST_KINDS.join(', ')}${nearest === null ? '' : ` (did you mean '${nearest}'?)`}`,
    { hint: 'docs/configuration.md says what each kind of host is' },
  );
}
