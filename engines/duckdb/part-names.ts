import { locationToPath, type ScanPlan } from '../../spi/index.ts';
import type { FilePartNames, MissingValues } from './query-message.ts';

/** Returns the part of a scan's input that tells under which names files hold parts of columns, and which columns they lack; empty where all are as in the plan. */
export function partNamesOf({ splits }: Pick<ScanPlan, 'splits'>): {
  readonly partNames?: FilePartNames;
  readonly missingValues?: MissingValues;
} {
  const named = splits.flatMap(({ uri, partNames }) => (partNames === undefined ? [] : [[locationToPath(uri), partNames] as const]));
  const missing = splits.flatMap(({ uri, missingValues }) =>
    missingValues === undefined ? [] : [[locationToPath(uri), missingValues] as const],
  );
  return {
    ...(named.length === 0 ? {} : { partNames: Object.fromEntries(named) }),
    ...(missing.length === 0 ? {} : { missingValues: Object.fromEntries(missing) }),
  };
}
