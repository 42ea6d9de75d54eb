import { type DataType, type Field, formatType, PlatformError, type StructField } from '../../../spi/index.ts';
import { fieldOf } from './compact-struct.ts';
import type { ParquetFooter, SchemaNode } from './parquet-footer.ts';

/** How the columns of a Parquet file are those of a table. */
export interface MatchedColumns {
  /** Field ids by place in the footer's schema. */
  readonly ids: ReadonlyMap<number, number>;
  /** The table's columns that the file has, as it has them. */
  readonly fields: readonly Field[];
  /** Leaves by number of the file's column; `repeated` ones lie in lists or maps. */
  readonly leaves: ReadonlyMap<number, MatchedLeaf>;
}

/** A column of values in the file, and which of the table's it is. */
export interface MatchedLeaf {
  readonly fieldId: number;
  readonly type: DataType;
  readonly repeated: boolean;
  /** Whether values are stored as bytes of one length, rather than as numbers. */
  readonly isFixed: boolean;
}

/** Finds each column of the file among the table's by its very name, and checks that its values can be read as they are.
 *  @param inPath columns whose values the folders of the file tell, which it need not have
 *  @throws SQL_TYPE_MISMATCH for a column of another type, SQL_UNKNOWN_COLUMN for one that the table lacks, SQL_INVALID_VALUE where a column that takes no NULL is missing or may hold one */
export function matchParquetColumns(
  { root, rowGroups }: ParquetFooter,
  fields: readonly Field[],
  inPath: ReadonlySet<string>,
  file: string,
): MatchedColumns {
  const ids = new Map<number, number>();
  const leaves = new Map<number, MatchedLeaf>();
  const matcher = new Matcher(ids, leaves, file);
  const found = matcher.parts(root, fields, '');
  for (const field of fields) {
    const node = found.get(field.id);
    if (field.nullable || inPath.has(field.name)) continue;
    if (node !== undefined && (node.repetition === 0 || hasNoNull(node, rowGroups))) continue;
    throw new PlatformError('SQL_INVALID_VALUE', `Column "${field.name}" takes no NULL, and the file ${file} may hold one.`, {
      hint: 'The file has to have the column, and tell by its type or its statistics that no value of it is NULL.',
      details: { file, column: field.name },
    });
  }
  return { ids, leaves, fields: fields.filter((field) => found.has(field.id)) };
}

function hasNoNull({ column }: SchemaNode, rowGroups: ParquetFooter['rowGroups']): boolean {
  return column !== null && rowGroups.every((group) => group[column]?.nulls === 0);
}

class Matcher {
  readonly #ids: Map<number, number>;
  readonly #leaves: Map<number, MatchedLeaf>;
  readonly #file: string;

  constructor(ids: Map<number, number>, leaves: Map<number, MatchedLeaf>, file: string) {
    this.#ids = ids;
    this.#leaves = leaves;
    this.#file = file;
  }

  /** Matches the children of a group by name, and returns them by field id. The parts of a struct must all be there, and have their names: a file is read by them. */
  parts(group: SchemaNode, fields: readonly (Field | StructField)[], path: string, repeated = false): Map<number, SchemaNode> {
    const found = new Map<number, SchemaNode>();
    for (const node of group.children) {
      const field = fields.find(({ name }) => name === node.name);
      if (field?.id === undefined) throw this.#unknown(path + node.name, fields);
      if (found.has(field.id)) throw this.#mismatch(path + node.name, 'is there twice');
      found.set(field.id, node);
      this.#match(node, field.type, field.id, path + node.name, repeated);
    }
    return found;
  }

  #match(node: SchemaNode, type: DataType, fieldId: number, path: string, repeated: boolean): void {
    if (node.repetition === 2) throw this.#mismatch(path, 'is repeated without being a list');
    this.#ids.set(node.index, fieldId);
    switch (type.kind) {
      case 'struct': {
        if (node.type !== null || annotation(node) !== null) throw this.#mismatch(path, `is no ${formatType(type)}`);
        const found = this.parts(node, type.fields, `${path}.`, repeated);
        const missing = type.fields.find(({ id }) => id !== undefined && !found.has(id));
        if (missing !== undefined) throw this.#mismatch(path, `has no part "${missing.name}"`);
        break;
      }
      case 'list': {
        const [entry] = node.children;
        const [element] = entry?.children ?? [];
        if (annotation(node) !== 'list' || entry?.repetition !== 2 || entry.children.length !== 1 || element === undefined)
          throw this.#mismatch(path, `is no ${formatType(type)} of three levels`);
        this.#match(element, type.element, type.elementId ?? 0, `${path}.element`, true);
        break;
      }
      case 'map': {
        const [entry] = node.children;
        const [key, value] = entry?.children ?? [];
        if (
          annotation(node) !== 'map' ||
          entry?.repetition !== 2 ||
          entry.children.length !== 2 ||
          key === undefined ||
          value === undefined
        )
          throw this.#mismatch(path, `is no ${formatType(type)}`);
        this.#match(key, type.key, type.keyId ?? 0, `${path}.key`, true);
        this.#match(value, type.value, type.valueId ?? 0, `${path}.value`, true);
        break;
      }
      default:
        if (node.column === null || !holds(node, type))
          throw this.#mismatch(path, `does not hold values of type ${formatType(type)} as they are stored`);
        this.#leaves.set(node.column, { fieldId, type, repeated, isFixed: node.type === FIXED_BYTES });
    }
  }

  #unknown(path: string, fields: readonly { readonly name: string }[]): PlatformError {
    const other = fields.find(({ name }) => name.toLowerCase() === path.toLowerCase());
    return new PlatformError('SQL_UNKNOWN_COLUMN', `The file ${this.#file} has a column "${path}", which the table has not.`, {
      hint:
        other === undefined
          ? 'ALTER TABLE .. ADD COLUMN first, or load the file by COPY FROM.'
          : `The table has "${other.name}"; load the file by COPY FROM.`,
      details: { file: this.#file, column: path },
    });
  }

  #mismatch(path: string, what: string): PlatformError {
    return new PlatformError('SQL_TYPE_MISMATCH', `Column "${path}" of the file ${this.#file} ${what}.`, {
      hint: 'COPY FROM converts values and writes them anew.',
      details: { file: this.#file, column: path },
    });
  }
}

const CONVERTED_GROUPS: Readonly<Record<number, 'map' | 'list'>> = { 1: 'map', 2: 'map', 3: 'list' };
const LOGICAL_GROUPS: Readonly<Record<number, 'map' | 'list'>> = { 2: 'map', 3: 'list' };

function annotation({ logical, converted }: SchemaNode): 'map' | 'list' | null {
  return LOGICAL_GROUPS[logical?.id ?? 0] ?? CONVERTED_GROUPS[converted ?? 0] ?? null;
}

const [BOOLEAN, INT32, INT64, FLOAT, DOUBLE, BYTES, FIXED_BYTES] = [0, 1, 2, 4, 5, 6, 7];

/** Tells whether a leaf has the very form that Iceberg gives values of the type in Parquet.
 *  @see Iceberg spec, Appendix A, "Parquet"; parquet.thrift, ConvertedType and LogicalType */
function holds(node: SchemaNode, type: DataType): boolean {
  const { type: physical, typeLength, converted, logical } = node;
  const plain = logical === null && converted === null;
  switch (type.kind) {
    case 'boolean':
      return physical === BOOLEAN;
    case 'integer':
      return physical === INT32 && (plain || isSigned(node, 32, 17));
    case 'bigint':
      return physical === INT64 && (plain || isSigned(node, 64, 18));
    case 'real':
      return physical === FLOAT;
    case 'double':
      return physical === DOUBLE;
    case 'decimal':
      return isDecimal(node, type.precision, type.scale);
    case 'date':
      return physical === INT32 && (converted === 6 || logical?.id === 6);
    case 'time':
      return physical === INT64 && (logical?.id === 7 ? unitOf(logical.struct) === MICROS : converted === 8);
    case 'timestamp':
      return physical === INT64 && logical?.id === 8 && unitOf(logical.struct) === MICROS && fieldOf(logical.struct, 1) === false;
    case 'timestamp_ns':
      return physical === INT64 && logical?.id === 8 && unitOf(logical.struct) === NANOS && fieldOf(logical.struct, 1) === false;
    case 'timestamptz':
      if (physical !== INT64) return false;
      return logical?.id === 8 ? unitOf(logical.struct) === MICROS && fieldOf(logical.struct, 1) === true : converted === 10;
    case 'varchar':
      return physical === BYTES && (converted === 0 || logical?.id === 1);
    case 'varbinary':
      return physical === BYTES && plain;
    case 'fixed':
      return physical === FIXED_BYTES && plain && typeLength === type.lengthBytes;
    case 'uuid':
      return physical === FIXED_BYTES && typeLength === 16 && logical?.id === 14;
    default:
      return false;
  }
}

function isSigned({ logical, converted }: SchemaNode, bits: number, convertedType: number): boolean {
  if (logical === null) return converted === convertedType;
  return logical.id === 10 && fieldOf(logical.struct, 2) === true && fieldOf(logical.struct, 1) === BigInt(bits);
}

function isDecimal(
  { type, converted, scale, precision, logical, typeLength }: SchemaNode,
  wantedPrecision: number,
  wantedScale: number,
): boolean {
  const told = logical?.id === 5 ? [Number(fieldOf(logical.struct, 2)), Number(fieldOf(logical.struct, 1))] : [precision, scale];
  if ((converted !== 5 && logical?.id !== 5) || told[0] !== wantedPrecision || told[1] !== wantedScale) return false;
  return type === INT32 || type === INT64 || (type === FIXED_BYTES && typeLength <= 16);
}

/** Members of the union TimeUnit. */
const MICROS = 2;
const NANOS = 3;

function unitOf(logical: Parameters<typeof fieldOf>[0]): number | undefined {
  const unit = fieldOf(logical, 2);
  return typeof unit === 'object' && 'kind' in unit && unit.kind === 'struct' ? unit.fields[0]?.id : undefined;
}
