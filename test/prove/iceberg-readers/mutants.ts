import type { ColumnStatistics, DataFile, Field, StagingTarget } from '../../../spi/index.ts';
import type { DataService } from '../../../storage/data/data-service.ts';
import { partitionedCase, type TableCase } from './table-cases.ts';

/** A data service that writes something wrong, and a table that shows it. */
export interface Mutant {
  readonly name: string;
  readonly table: TableCase;
  readonly change: (service: DataService) => DataService;
}

/** Returns the faults that the comparison must notice. */
export function mutants(seed: number): readonly Mutant[] {
  const month = partitionedCase('at', { kind: 'month' }, seed);
  const plain: TableCase = { ...month, name: 'plain', partitioning: [], filterColumns: ['n', 'word'] };
  const bucket = partitionedCase('word', { kind: 'bucket', buckets: 5 }, seed);
  const column = (change: (statistics: ColumnStatistics) => ColumnStatistics) => (file: DataFile) => ({
    ...file,
    columns: file.columns.map(change),
  });
  return [
    { name: 'swapped-bounds', table: plain, change: onFiles(column(swapBounds)) },
    { name: 'no-null-counted', table: plain, change: onFiles(column((statistics) => ({ ...statistics, nullCount: 0 }))) },
    { name: 'partition-one-month-later', table: month, change: onFiles(shiftPartition) },
    { name: 'wrong-bucket', table: bucket, change: onFiles(rotateBucket) },
    { name: 'exchanged-field-ids', table: { ...plain, filterColumns: [] }, change: onTarget(exchangeIds) },
  ];
}

function onFiles(change: (file: DataFile) => DataFile): (service: DataService) => DataService {
  return (service) => ({
    ...bound(service),
    writeFile: async (target, source, signal) => (await service.writeFile(target, source, signal)).map(change),
  });
}

function onTarget(change: (target: StagingTarget) => StagingTarget): (service: DataService) => DataService {
  return (service) => ({ ...bound(service), writeFile: (target, source, signal) => service.writeFile(change(target), source, signal) });
}

function bound(service: DataService): DataService {
  return delegating(() => service);
}

/** Returns a data service that does each thing by the one that is picked for it. */
export function delegating(pick: () => DataService): DataService {
  return {
    writeFrames: (target, frames) => pick().writeFrames(target, frames),
    writeFile: (target, source, signal) => pick().writeFile(target, source, signal),
    adoptFile: (target, source, signal) => pick().adoptFile(target, source, signal),
    writePositionDeletes: (target, frames) => pick().writePositionDeletes(target, frames),
    writeDeletionVectors: (target, earlier, frames) => pick().writeDeletionVectors(target, earlier, frames),
    read: (split, fields, columns, signal) => pick().read(split, fields, columns, signal),
    digest: (location) => pick().digest(location),
    inspect: (source) => pick().inspect(source),
    exportParquet: (path, frames) => pick().exportParquet(path, frames),
    close: () => pick().close(),
  };
}

function swapBounds({ lowerBound, upperBound, ...rest }: ColumnStatistics): ColumnStatistics {
  return {
    ...rest,
    ...(upperBound === undefined ? {} : { lowerBound: upperBound }),
    ...(lowerBound === undefined ? {} : { upperBound: lowerBound }),
  };
}

function shiftPartition(file: DataFile): DataFile {
  return { ...file, partition: file.partition.map((value) => (value === null ? null : String(Number(value) + 1))) };
}

function rotateBucket(file: DataFile): DataFile {
  return { ...file, partition: file.partition.map((value) => (value === null ? null : String((Number(value) + 1) % 5))) };
}

function exchangeIds(target: StagingTarget): StagingTarget {
  const id = (name: string): number => target.fields.find((field) => field.name === name)?.id ?? 0;
  const exchanged: Readonly<Record<string, number>> = { n: id('other'), other: id('n') };
  return { ...target, fields: target.fields.map((field): Field => ({ ...field, id: exchanged[field.name] ?? field.id })) };
}
