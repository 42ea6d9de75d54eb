import { type DataType, type Field, locationToPath, type ParquetSplit, PlatformError, type ScanRequest } from '../../spi/index.ts';
import type { MetadataReader } from '../catalog/metadata-reader.ts';
import { eachParallel } from '../file/each-parallel.ts';
import { type MappedColumns, mapColumns } from '../iceberg/metadata/map-columns.ts';
import { NAME_MAPPING, nameMappingOf } from '../iceberg/metadata/name-mapping.ts';
import type { TableMetadata } from '../iceberg/metadata/table-metadata.ts';
import { withMissingValues } from './manifest-splits.ts';

/** Footers that are read at one time. */
const PARALLEL_MAX = 16;

/** Tells splits of files without field ids the names that columns have there. Only tables with a name mapping have such files; of these the footer of each file that is
 *  read is looked at once, which takes some 0.3 ms.
 *  @throws STORAGE_UNSUPPORTED when the reader does not say that it goes by names, STORAGE_CORRUPT */
export async function nameColumns(
  reader: MetadataReader,
  table: TableMetadata,
  fields: readonly Field[],
  request: ScanRequest,
  splits: readonly ParquetSplit[],
): Promise<readonly ParquetSplit[]> {
  if (table.properties[NAME_MAPPING] === undefined) return splits;
  const named = [...splits];
  await eachParallel(splits.entries(), PARALLEL_MAX, async ([index, split]) => {
    const columns = await reader.columnsWithoutIds(split.uri);
    if (columns === null) return;
    if (request.columnNames !== true) throw namesUnread(request);
    named[index] = withNames(split, mapColumns(columns, nameMappingOf(table) ?? [], locationToPath(split.uri)), fields, request);
  });
  return named;
}

function withNames(split: ParquetSplit, mapped: MappedColumns, fields: readonly Field[], { columns }: ScanRequest): ParquetSplit {
  const partNames: Record<string, string | null> = {};
  for (const { id, type } of fields) if (mapped.columns.has(id)) notePartNames(type, mapped.parts, partNames);
  const absent = columns.map(({ fieldId }) => fieldId).filter((id) => !mapped.columns.has(id));
  // What the schema of its time tells of the file is not so.
  const named = { ...split, matchesSchema: false, columnNames: Object.fromEntries(mapped.columns), partNames, missingValues: {} };
  return withMissingValues(named, absent);
}

function notePartNames(type: DataType, found: ReadonlyMap<number, string>, names: Record<string, string | null>): void {
  if (type.kind === 'list') notePartNames(type.element, found, names);
  if (type.kind === 'map') {
    notePartNames(type.key, found, names);
    notePartNames(type.value, found, names);
  }
  if (type.kind !== 'struct') return;
  for (const field of type.fields) {
    const name = found.get(field.id ?? -1);
    if (name !== field.name) names[String(field.id)] = name ?? null;
    if (name !== undefined) notePartNames(field.type, found, names);
  }
}

function namesUnread({ table }: ScanRequest): PlatformError {
  return new PlatformError(
    'STORAGE_UNSUPPORTED',
    `The table ${table.name} has files without field ids, which what reads it does not find columns in.`,
    {
      hint: 'Choose another engine, or let optimize write the files anew.',
    },
  );
}
