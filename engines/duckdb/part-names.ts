import { locationToPath, type ScanPlan } from '../../spi/index.ts';
import type { FilePartNames } from './query-message.ts';

/** Returns the part of a scan's input that tells under which names files hold parts of columns; empty where all have the plan's. */
export function partNamesOf({ splits }: Pick<ScanPlan, 'splits'>): { readonly partNames?: FilePartNames } {
  const named = splits.flatMap(({ uri, partNames }) => (partNames === undefined ? [] : [[locationToPath(uri), partNames] as const]));
  return named.length === 0 ? {} : { partNames: Object.fromEntries(named) };
}
