import { readFileSync } from 'node:fs';
import type { DataType, Expression, ScanColumn } from '../../spi/index.ts';
import { MetadataReader } from '../../storage/catalog/metadata-reader.ts';
import { localFileSystem } from '../../storage/file/local-file-system.ts';
import { planScan } from '../../storage/scan/plan-scan.ts';
import { elapsedMs, sampleMs } from '../measure.ts';

/** What the measuring process is given on its standard input. */
export interface PlanTask {
  /** Location of the table's metadata. */
  readonly metadata: string;
  /** Day since 1970 that the filter asks for. */
  readonly day: number;
  readonly samples: number;
}

/** What the measuring process hands back on its standard output. Units: milliseconds. */
export interface PlanTimes {
  readonly firstMs: number;
  /** In ascending order. */
  readonly cachedMs: readonly number[];
  readonly dayFirstMs: number;
  /** In ascending order. */
  readonly dayCachedMs: readonly number[];
  readonly files: number;
  readonly dayFiles: number;
  /** Entries of the manifests that a process reads which plans nothing but the day. */
  readonly dayEntries: number;
  /** Resident memory after the first plan of all files, and the process's memory before it. Units: bytes. */
  readonly memoryBytes: number;
  readonly memoryBeforeBytes: number;
}

const AT: ScanColumn = { id: 0, fieldId: 1, name: 'at', type: { kind: 'timestamp' }, nullable: true };
const ID: ScanColumn = { id: 1, fieldId: 2, name: 'id', type: { kind: 'bigint' }, nullable: true };

const { metadata, day, samples }: PlanTask = JSON.parse(readFileSync(0, 'utf8')) as PlanTask;
process.stdout.write(JSON.stringify(await measure()));

async function measure(): Promise<PlanTimes> {
  const dayReader = countingReader();
  let dayFiles = 0;
  const dayFirstMs = await elapsedMs(async () => (dayFiles = await plan(dayReader.reader, oneDay(day))));
  const dayCachedMs = await sampleMs(samples, () => plan(dayReader.reader, oneDay(day)));
  const memoryBeforeBytes = process.memoryUsage().rss;
  const { reader } = countingReader();
  let files = 0;
  const firstMs = await elapsedMs(async () => (files = await plan(reader, null)));
  const memoryBytes = process.memoryUsage().rss;
  const cachedMs = await sampleMs(samples, () => plan(reader, null));
  return {
    firstMs,
    cachedMs,
    dayFirstMs,
    dayCachedMs,
    files,
    dayFiles,
    dayEntries: await dayReader.entries(),
    memoryBytes,
    memoryBeforeBytes,
  };
}

/** A reader that knows which manifests were read through it. */
function countingReader(): { readonly reader: MetadataReader; readonly entries: () => Promise<number> } {
  const disk = localFileSystem();
  const read = new Set<string>();
  const reader = new MetadataReader({
    ...disk,
    read: (path) => {
      read.add(`file://${path}`);
      return disk.read(path);
    },
  });
  return {
    reader,
    entries: async () => {
      const table = await reader.table(metadata);
      const manifests = table.current === null ? [] : await reader.manifestList(table.current.manifestList);
      return manifests
        .filter(({ location }) => read.has(location))
        .reduce((sum, file) => sum + file.addedFiles + file.existingFiles + file.deletedFiles, 0);
    },
  };
}

async function plan(reader: MetadataReader, filter: Expression | null): Promise<number> {
  const table = await reader.table(metadata);
  const snapshotId = table.current?.snapshotId.toString() ?? null;
  const request = { table: { schema: 'main', name: 'many_files', uuid: table.uuid }, snapshotId, schemaId: 0, columns: [AT, ID], filter };
  return (await planScan(reader, table, table.current, request)).splits.length;
}

/** `at >= day and at < day + 1` */
function oneDay(since1970: number): Expression {
  const [argument, type]: [Expression, DataType] = [{ kind: 'column', id: AT.id, type: AT.type }, { kind: 'boolean' }];
  const midnight = (date: number): Expression => {
    const [text = ''] = new Date(date * 86_400_000).toISOString().split('T');
    return { kind: 'literal', type: AT.type, value: `${text} 00:00:00` };
  };
  const compare = (name: string, date: number): Expression => ({
    kind: 'call',
    function: name,
    type,
    arguments: [argument, midnight(date)],
  });
  return { kind: 'call', function: 'and', type, arguments: [compare('ge', since1970), compare('lt', since1970 + 1)] };
}
