import { open } from 'node:fs/promises';
import { type FileMetaData, parquetMetadataAsync } from 'hyparquet';
import { type FileSource, PlatformError } from '../../../spi/index.ts';
import { describeFile, fileError } from '../source/file-error.ts';
import { type LegacyColumn, legacyType, nameProblem } from './legacy-column.ts';

/** What the footer of a checked file says. */
export interface LegacyFile {
  readonly columns: readonly LegacyColumn[];
  /** Rows of each row group. */
  readonly groupRows: readonly number[];
  /** NULLs of each row group's columns; null where the writer did not count them. */
  readonly groupNulls: readonly (readonly (number | null)[])[];
}

const CODECS = new Set(['UNCOMPRESSED', 'GZIP', 'SNAPPY']);

/** BIT_PACKED may be listed for levels that are not there; where it was used the library stops with an error. */
const ENCODINGS = new Set(['PLAIN', 'RLE', 'BIT_PACKED']);

/** Reads the footer of a Parquet file with hyparquet and refuses what parquetjs-lite is known to read wrong.
 *  @throws STORAGE_LOSSY for nested columns and types, codecs, encodings and names that it would get wrong; STORAGE_FILE without a footer */
export async function checkLegacyFile(source: FileSource): Promise<LegacyFile> {
  const metadata = await readFooter(source);
  const refuse = (what: string): PlatformError =>
    new PlatformError('STORAGE_LOSSY', `The reader of legacy Parquet would not read ${describeFile(source)} right: ${what}.`, {
      hint: "Load it with format 'parquet'.",
    });
  if (metadata.version !== 1) throw refuse(`its format version is ${String(metadata.version)}`);
  const columns = checkSchema(metadata, refuse);
  for (const group of metadata.row_groups) checkGroup(group, columns, refuse);
  const groupRows = metadata.row_groups.map((group) => Number(group.num_rows));
  if (groupRows.reduce((sum, rows) => sum + rows, 0) !== Number(metadata.num_rows)) throw fileError(source, 'counts its rows in two ways');
  const groupNulls = metadata.row_groups.map((group) =>
    group.columns.map(({ meta_data: column }) =>
      column?.statistics?.null_count === undefined ? null : Number(column.statistics.null_count),
    ),
  );
  return { columns, groupRows, groupNulls };
}

async function readFooter(source: FileSource): Promise<FileMetaData> {
  const file = await open(source.path);
  try {
    const { size } = await file.stat();
    const slice = async (start: number, end = size): Promise<ArrayBuffer> => {
      const bytes = new ArrayBuffer(end - start);
      await file.read(new Uint8Array(bytes), 0, end - start, start);
      return bytes;
    };
    return await parquetMetadataAsync({ byteLength: size, slice });
  } catch (error) {
    throw fileError(source, 'has no footer that can be read', error);
  } finally {
    await file.close();
  }
}

type Refusal = (what: string) => PlatformError;

function checkSchema(metadata: FileMetaData, refuse: Refusal): readonly LegacyColumn[] {
  const names = new Set<string>();
  return metadata.schema.slice(1).map((element) => {
    const { name } = element;
    const problem = nameProblem(name);
    if (problem !== null) throw refuse(`the column name "${name}" ${problem}`);
    if (names.has(name)) throw refuse(`two columns have the name "${name}"`);
    names.add(name);
    if (element.type === undefined || element.repetition_type === 'REPEATED') throw refuse(`column "${name}" is nested`);
    const type = legacyType(element);
    if (type !== null) return { name, optional: element.repetition_type === 'OPTIONAL', type };
    throw refuse(
      `column "${name}" is of type ${[element.type, element.converted_type, element.logical_type?.type].filter(Boolean).join(' ')}`,
    );
  });
}

function checkGroup(group: FileMetaData['row_groups'][number], columns: readonly LegacyColumn[], refuse: Refusal): void {
  if (group.columns.length !== columns.length) throw refuse('a row group lacks columns');
  for (const [index, { name }] of columns.entries()) {
    const chunk = group.columns[index];
    const column = chunk?.meta_data;
    if (column === undefined || chunk?.file_path !== undefined || column.path_in_schema.join('.') !== name) {
      throw refuse(`column "${name}" lies elsewhere or is encrypted`);
    }
    if (!CODECS.has(column.codec)) throw refuse(`column "${name}" is compressed with ${column.codec}`);
    const encoding = column.encodings.find((each) => !ENCODINGS.has(each));
    if (encoding !== undefined) throw refuse(`column "${name}" is encoded as ${encoding}`);
    if (column.dictionary_page_offset !== undefined) throw refuse(`column "${name}" is encoded with a dictionary`);
  }
}
