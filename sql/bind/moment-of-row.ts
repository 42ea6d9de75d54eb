import type { TableVersion } from '../ast/index.ts';

/** Returns whether FOR SYSTEM_TIME AS OF names a time of other rows, or of processing, as in a temporal join, and no constant. */
export function isMomentOfRow({ by, value }: TableVersion): boolean {
  return by === 'system-time' && (value.kind === 'column-reference' || value.kind === 'function-call');
}
