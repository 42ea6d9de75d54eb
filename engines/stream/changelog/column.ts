import { type DataType, formatType, PlatformError, unreachable } from '../../../spi/index.ts';

/** How the values of a column lie in memory. `int64` and `int128` are two and four little-endian 32-bit lanes per value, the layout of
 *  Arrow; `text` is a number of the pipeline's text pool. */
export type ColumnKind = 'boolean' | 'int32' | 'int64' | 'int128' | 'float32' | 'float64' | 'text';

/** The memory of a column's values. */
export type ColumnValues = Uint8Array | Int32Array | Float32Array | Float64Array;

/** One column of a batch.
 *  Shape: `valid[row]` is 1 for a value and 0 for NULL; null when there is no NULL. Values of NULL rows are arbitrary. */
export interface Column {
  readonly kind: ColumnKind;
  readonly values: ColumnValues;
  readonly valid: Uint8Array | null;
}

/** Digits of the widest decimal that is kept in 64 bits. */
const NARROW_DIGITS = 18;

/** Returns how values of a type are kept.
 *  @throws ENGINE_UNSUPPORTED for types that streams have no values for */
export function columnKind(type: DataType): ColumnKind {
  switch (type.kind) {
    case 'boolean':
      return 'boolean';
    case 'integer':
    case 'date':
    case 'null':
      return 'int32';
    case 'bigint':
    case 'timestamp':
    case 'timestamptz':
      return 'int64';
    case 'decimal':
      return type.precision <= NARROW_DIGITS ? 'int64' : 'int128';
    case 'real':
      return 'float32';
    case 'double':
      return 'float64';
    case 'varchar':
      return 'text';
    default:
      throw new PlatformError('ENGINE_UNSUPPORTED', `the stream engine has no values of type ${formatType(type)}`);
  }
}

/** Returns how many array elements one value takes. */
export function elementsPerValue(kind: ColumnKind): number {
  if (kind === 'int64') return 2;
  return kind === 'int128' ? 4 : 1;
}

/** Returns memory for so many values, all zero. */
export function allocateValues(kind: ColumnKind, rows: number): ColumnValues {
  switch (kind) {
    case 'boolean':
      return new Uint8Array(rows);
    case 'int32':
    case 'text':
    case 'int64':
    case 'int128':
      return new Int32Array(rows * elementsPerValue(kind));
    case 'float32':
      return new Float32Array(rows);
    case 'float64':
      return new Float64Array(rows);
    default:
      return unreachable(kind, 'column kind');
  }
}

/** Returns the rows of a column at the given positions. */
export function gatherColumn(column: Column, positions: Int32Array): Column {
  const { kind, values, valid } = column;
  const rows = positions.length;
  const gathered = allocateValues(kind, rows);
  const width = elementsPerValue(kind);
  // One loop per kind of array: a loop that meets several kinds is several times slower.
  if (kind === 'int64' || kind === 'int128') gatherWide(values as Int32Array, positions, gathered as Int32Array, width);
  else if (kind === 'float64') gatherDoubles(values as Float64Array, positions, gathered as Float64Array);
  else if (kind === 'float32') gatherSingles(values as Float32Array, positions, gathered as Float32Array);
  else if (kind === 'boolean') gatherBytes(values as Uint8Array, positions, gathered as Uint8Array);
  else gatherIntegers(values as Int32Array, positions, gathered as Int32Array);
  if (valid === null) return { kind, values: gathered, valid: null };
  const gatheredValid = new Uint8Array(rows);
  gatherBytes(valid, positions, gatheredValid);
  return { kind, values: gathered, valid: gatheredValid };
}

function gatherBytes(from: Uint8Array, positions: Int32Array, to: Uint8Array): void {
  for (let row = 0; row < positions.length; row += 1) to[row] = from[positions[row] as number] as number;
}

function gatherIntegers(from: Int32Array, positions: Int32Array, to: Int32Array): void {
  for (let row = 0; row < positions.length; row += 1) to[row] = from[positions[row] as number] as number;
}

function gatherSingles(from: Float32Array, positions: Int32Array, to: Float32Array): void {
  for (let row = 0; row < positions.length; row += 1) to[row] = from[positions[row] as number] as number;
}

function gatherDoubles(from: Float64Array, positions: Int32Array, to: Float64Array): void {
  for (let row = 0; row < positions.length; row += 1) to[row] = from[positions[row] as number] as number;
}

function gatherWide(from: Int32Array, positions: Int32Array, to: Int32Array, width: number): void {
  for (let row = 0; row < positions.length; row += 1) {
    const start = (positions[row] as number) * width;
    for (let lane = 0; lane < width; lane += 1) to[row * width + lane] = from[start + lane] as number;
  }
}

/** Returns the first rows of a column, sharing memory. */
export function headColumn({ kind, values, valid }: Column, rows: number): Column {
  return { kind, values: values.subarray(0, rows * elementsPerValue(kind)), valid: valid === null ? null : valid.subarray(0, rows) };
}
