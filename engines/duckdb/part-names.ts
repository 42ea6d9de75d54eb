import { locationToPath, type ParquetSplit, type ScanPlan } from '../../spi/index.ts';
import type { ScanInput } from './query-message.ts';

/** What files are told beside their columns' ids. */
type FileNames = Pick<ScanInput, 'columnNames' | 'partNames' | 'missingValues'>;

/** Returns the part of a scan's input that tells under which names files hold columns and parts of them, and which columns they lack; empty where all are as in the
 *  plan. */
export function partNamesOf({ splits }: Pick<ScanPlan, 'splits'>): FileNames {
  const told = <Key extends keyof FileNames & keyof ParquetSplit>(key: Key): Pick<FileNames, Key> => {
    const files = splits.flatMap((split) => (split[key] === undefined ? [] : [[locationToPath(split.uri), split[key]] as const]));
    return (files.length === 0 ? {} : { [key]: Object.fromEntries(files) }) as Pick<FileNames, Key>;
  };
  return { ...told('columnNames'), ...told('partNames'), ...told('missingValues') };
}
