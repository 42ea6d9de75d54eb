import {
  assert,
  type ColumnStatistics,
  type DataType,
  type Field,
  type PartitionField,
  type PartitionSpec,
  PlatformError,
} from '../../../spi/index.ts';
import { applyTransform, transformResultType } from '../../iceberg/transform/apply-transform.ts';
import { type ColumnValue, compareValues } from '../../iceberg/value/column-value.ts';
import { textToValue, valueToText } from '../../iceberg/value/value-text.ts';
import type { MatchedColumns, MatchedLeaf } from './match-parquet-columns.ts';
import type { ChunkFacts, ParquetFooter } from './parquet-footer.ts';

/** What the footer of a file tells of one column in all row groups together. Bounds are null where they are not known. */
interface ColumnFacts {
  /** Null where the file does not count NULLs. */
  readonly statistics: ColumnStatistics | null;
  readonly lower: ColumnValue | null;
  readonly upper: ColumnValue | null;
  /** Null where it is not told. */
  readonly nulls: number | null;
}

/** The text by which Hive names the folder of NULL. */
const HIVE_NULL = '__HIVE_DEFAULT_PARTITION__';

/** Returns the facts of a file's columns, and its partition values by field of the spec, in canonical text.
 *  @param inPath values by name that the file's folders tell
 *  @throws SQL_INVALID_VALUE when rows of the file belong to several partitions, or nothing tells to which */
export function fileFacts(
  footer: ParquetFooter,
  matched: MatchedColumns,
  table: { readonly fields: readonly Field[]; readonly spec: PartitionSpec },
  inPath: ReadonlyMap<string, string>,
  file: string,
): { readonly columns: readonly ColumnStatistics[]; readonly partition: readonly (string | null)[] } {
  const facts = new Map<number, ColumnFacts>();
  for (const [column, leaf] of matched.leaves) {
    const chunks = footer.rowGroups.map((group) => group[column]);
    assert(
      chunks.every((chunk) => chunk !== undefined),
      'every row group has every column',
    );
    facts.set(leaf.fieldId, columnFacts(leaf, chunks));
  }
  const partition = table.spec.fields.map((part) => partitionText(part, table.fields, facts, footer.rows, inPath, file));
  return { columns: [...facts.values()].flatMap(({ statistics }) => statistics ?? []), partition };
}

function columnFacts({ fieldId, type, repeated, isFixed }: MatchedLeaf, chunks: readonly ChunkFacts[]): ColumnFacts {
  const nulls = chunks.reduce<number | null>((sum, chunk) => (sum === null || chunk.nulls === null ? null : sum + chunk.nulls), 0);
  const valued = chunks.filter((chunk) => chunk.nulls === null || chunk.nulls < chunk.values);
  const bound = (pick: 'lower' | 'upper'): ColumnValue | null => {
    const values = valued.map((chunk) => (chunk[pick] === null ? null : plainValue(type, isFixed, chunk[pick])));
    if (repeated || values.length === 0 || values.includes(null)) return null;
    const sorted = (values as ColumnValue[]).sort(compareValues);
    return (pick === 'lower' ? sorted[0] : sorted.at(-1)) ?? null;
  };
  const [lower, upper] = [bound('lower'), bound('upper')];
  return {
    ...{ lower, upper, nulls },
    statistics:
      nulls === null
        ? null
        : {
            fieldId,
            valueCount: chunks.reduce((sum, { values }) => sum + values, 0),
            nullCount: nulls,
            sizeBytes: chunks.reduce((sum, { bytes }) => sum + bytes, 0),
            ...(lower === null ? {} : { lowerBound: valueToText(type, lower) }),
            ...(upper === null ? {} : { upperBound: valueToText(type, upper) }),
          },
  };
}

/** Returns the value of a bound that is stored plainly; null for one that is no bound: not a number, or a zero whose sign writers do not tell. */
function plainValue(type: DataType, isFixed: boolean, bytes: Uint8Array): ColumnValue | null {
  const data = Buffer.from(bytes);
  switch (type.kind) {
    case 'boolean':
      return data[0] === 1;
    case 'real':
    case 'double': {
      const value = type.kind === 'real' ? data.readFloatLE() : data.readDoubleLE();
      return Number.isNaN(value) || value === 0 ? null : value;
    }
    case 'integer':
    case 'date':
      return BigInt(data.readInt32LE());
    case 'bigint':
    case 'time':
    case 'timestamp':
    case 'timestamp_ns':
    case 'timestamptz':
      return data.readBigInt64LE();
    case 'decimal':
      return isFixed ? bigEndian(data) : data.length === 4 ? BigInt(data.readInt32LE()) : data.readBigInt64LE();
    case 'varchar':
      return data.toString('utf8');
    default:
      return data;
  }
}

function bigEndian(data: Buffer): bigint {
  return BigInt.asIntN(data.length * 8, BigInt(`0x${data.toString('hex') || '0'}`));
}

function partitionText(
  part: PartitionField,
  fields: readonly Field[],
  facts: ReadonlyMap<number, ColumnFacts>,
  rows: number,
  inPath: ReadonlyMap<string, string>,
  file: string,
): string | null {
  if (part.transform.kind === 'void') return null;
  const source = fields.find(({ id }) => id === part.sourceId);
  assert(source !== undefined, 'a partition field is made of a column of the table');
  const own = facts.get(source.id);
  if (own === undefined) return pathText(part, source, inPath, file);
  if (own.nulls === rows) return null;
  const { lower, upper, nulls } = own;
  const result = (value: ColumnValue): string => {
    const found = applyTransform(part.transform, source.type, value);
    assert(found !== null, 'a value has a partition');
    return valueToText(transformResultType(part.transform, source.type), found);
  };
  const isOne =
    lower !== null &&
    upper !== null &&
    (part.transform.kind === 'bucket' ? compareValues(lower, upper) === 0 : result(lower) === result(upper));
  if (isOne && nulls === 0) return result(lower);
  throw new PlatformError(
    'SQL_INVALID_VALUE',
    `The rows of the file ${file} are not known to be of one partition: ${rangeText(source, own)}.`,
    {
      hint: 'A file added lies in one partition, and its statistics say so. COPY FROM reads any file and writes its rows into their partitions.',
      details: { file, partitionField: part.name, column: source.name },
    },
  );
}

function rangeText({ name, type }: Field, { lower, upper, nulls }: ColumnFacts): string {
  const between =
    lower === null || upper === null ? 'has no exact bounds' : `is between ${valueToText(type, lower)} and ${valueToText(type, upper)}`;
  return `column "${name}" ${between}, ${nulls === null ? 'perhaps NULL' : `${String(nulls)} times NULL`}`;
}

/** A column that the file lacks has the value that its folder tells; only the column itself can then be what partitions are made by, for it is read from there. */
function pathText(part: PartitionField, { name, type }: Field, inPath: ReadonlyMap<string, string>, file: string): string | null {
  const text = inPath.get(name);
  if (text === HIVE_NULL) return null;
  const value = text === undefined || part.transform.kind !== 'identity' ? null : textToValue(type, text);
  if (value !== null && type.kind !== 'varbinary' && type.kind !== 'fixed') return valueToText(type, value);
  const what = text === undefined ? 'neither the file nor its folders have it' : `its folder tells "${text}"`;
  throw new PlatformError(
    'SQL_INVALID_VALUE',
    `The partition "${part.name}" of the file ${file} is not known: column "${name}", ${what}.`,
    {
      details: { file, partitionField: part.name, column: name },
    },
  );
}
