import type { SourceMutant } from '../mutate-source.ts';

/** A fault of the plugin (`fixture/faulty-plugin.ts` has it by its id), and what its statement must end with. */
export interface HostAttack {
  readonly id: string;
  /** Error codes, or `rows`. */
  readonly codes: readonly string[];
  /** Whether the process must have been replaced. */
  readonly ends: boolean;
  /** Whether what the server writes meanwhile is looked at. */
  readonly floodsLog?: boolean;
}

/** Faults of an engine. */
export const HOST_ATTACKS: readonly HostAttack[] = [
  { id: 'crash', codes: ['ENGINE_LOST'], ends: true },
  { id: 'kill', codes: ['ENGINE_LOST'], ends: true },
  { id: 'exit', codes: ['ENGINE_LOST'], ends: true },
  { id: 'hang', codes: ['RESOURCE_DEADLINE'], ends: true },
  { id: 'deaf', codes: ['RESOURCE_DEADLINE'], ends: true },
  { id: 'leak', codes: ['RESOURCE_MEMORY'], ends: true },
  { id: 'flood-socket', codes: ['ENGINE_LOST'], ends: true },
  { id: 'write-fd3', codes: ['ENGINE_LOST'], ends: true },
  { id: 'flood-log', codes: ['rows', 'RESOURCE_DEADLINE'], ends: false, floodsLog: true },
  { id: 'throw', codes: ['ENGINE_FAILED'], ends: false },
  { id: 'estimate-hang', codes: ['ENGINE_REFUSED'], ends: true },
];

/** Guards taken out, each with the attack that must notice. */
export const HOST_MUTANTS: readonly (SourceMutant & { readonly attack: string })[] = [
  {
    id: 'no-kill-at-the-deadline',
    file: 'sql-gateway/engine/host/incarnation.ts',
    from: "this.kill('a statement did not end when it was told to');",
    to: '',
    attack: 'deaf',
  },
  {
    id: 'no-memory-cap',
    file: 'sql-gateway/engine/host/hosted-plugin.ts',
    from: 'memoryBytesMax: settings.memoryMb * MIB,\n          memorySoft',
    to: 'memorySoft',
    attack: 'leak',
  },
  {
    id: 'no-log-limit',
    file: 'runtime/process/forward-lines.ts',
    from: 'if (this.#lines <= LINES_PER_SECOND)',
    to: 'if (this.#lines > 0)',
    attack: 'flood-log',
  },
  {
    id: 'no-peer-limits',
    file: 'runtime/process/create-channel.ts',
    from: 'new PeerBudget(options.peerLimits)',
    to: 'null',
    attack: 'flood-socket',
  },
];
