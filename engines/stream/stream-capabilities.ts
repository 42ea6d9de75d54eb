import { type EngineCapabilities, PLAN_VERSION } from '../../spi/index.ts';
import { AGGREGATE_FUNCTIONS } from './aggregate/create-aggregate.ts';
import { FIXED_MS } from './estimate-cost.ts';
import { SCALAR_FUNCTIONS } from './expression/scalar-functions.ts';

/** What the engine takes. Types and combinations that it does not have are refused in the estimate, by name. */
export const STREAM_CAPABILITIES: EngineCapabilities = {
  statements: ['query', 'view'],
  planVersion: PLAN_VERSION,
  features: [
    ...([
      'scan',
      'scan:deletes',
      'values',
      'project',
      'filter',
      'join',
      'join:inner',
      'join:left',
      'join:right',
      'join:full',
      'aggregate',
      'aggregate:filter',
      'aggregate:distinct',
    ] as const),
    ...(['distinct', 'set_operation', 'sort', 'limit', 'parameter'] as const),
  ],
  functions: [...SCALAR_FUNCTIONS.keys(), ...AGGREGATE_FUNCTIONS],
  elapsedMsMin: FIXED_MS,
};
