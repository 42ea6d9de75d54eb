import {
  type CompactList,
  type CompactStruct,
  type CompactValue,
  COMPACT_I32,
  CompactError,
  fieldOf,
  printCompactStruct,
  printStructList,
  printZigZag,
  readCompactStruct,
} from './compact-struct.ts';

/** A part of a Parquet file's schema, as its footer tells it. Numbers are those of parquet.thrift. */
export interface SchemaNode {
  /** Place in the footer's list; 0 is the root. */
  readonly index: number;
  readonly name: string;
  /** Physical type; null for a group. */
  readonly type: number | null;
  readonly typeLength: number;
  /** 0 required, 1 optional, 2 repeated. */
  readonly repetition: number;
  readonly converted: number | null;
  readonly scale: number;
  readonly precision: number;
  /** The member of the union LogicalType that is set, with its struct; null for none. */
  readonly logical: { readonly id: number; readonly struct: CompactStruct } | null;
  readonly children: readonly SchemaNode[];
  /** Number of the column for a leaf. */
  readonly column: number | null;
}

/** Facts about the values of a column in a row group. Bounds are bytes as the file stores values plainly; null where they are not told or not exact. */
export interface ChunkFacts {
  readonly values: number;
  readonly nulls: number | null;
  readonly lower: Uint8Array | null;
  readonly upper: Uint8Array | null;
  /** Units: bytes in the file. */
  readonly bytes: number;
}

/** What the footer of a Parquet file tells. */
export interface ParquetFooter {
  readonly root: SchemaNode;
  readonly rows: number;
  /** By row group, then by column. */
  readonly rowGroups: readonly (readonly ChunkFacts[])[];
  /** Returns the footer with these field ids, by place of the part in the schema; others lose theirs. */
  withFieldIds(ids: ReadonlyMap<number, number>): Uint8Array;
}

const [VERSION_ROOT, SCHEMA, ROWS, ROW_GROUPS] = [1, 2, 3, 4];
const FIELD_ID = 9;

/** Reads the footer of a Parquet file: its Thrift bytes, without length and mark.
 *  @throws CompactError
 *  @see parquet.thrift, FileMetaData */
export function readParquetMetadata(bytes: Uint8Array): ParquetFooter {
  const file = readCompactStruct(bytes);
  if (fieldOf(file, VERSION_ROOT) === undefined) throw new CompactError('the footer tells no version');
  const elements = structsOf(fieldOf(file, SCHEMA));
  const root = schemaTree(elements);
  const rowGroups = structsOf(fieldOf(file, ROW_GROUPS)).map((group) => structsOf(fieldOf(group, 1)).map(chunkFacts));
  return {
    root,
    rows: numberOf(fieldOf(file, ROWS)),
    rowGroups,
    withFieldIds: (ids) => {
      const schema = elements.map((element, index) => withFieldId(element, ids.get(index)));
      return printCompactStruct(file.fields.map((field) => (field.id === SCHEMA ? { ...field, bytes: printStructList(schema) } : field)));
    },
  };
}

function withFieldId({ fields }: CompactStruct, id: number | undefined): Uint8Array {
  const others = fields.filter((field) => field.id !== FIELD_ID);
  if (id === undefined) return printCompactStruct(others);
  const own = { id: FIELD_ID, type: COMPACT_I32, bytes: printZigZag(id) };
  return printCompactStruct([...others, own].sort((left, right) => left.id - right.id));
}

function schemaTree(elements: readonly CompactStruct[]): SchemaNode {
  let [at, column] = [0, 0];
  const next = (): SchemaNode => {
    const [index, element] = [at, elements[at]];
    if (element === undefined) throw new CompactError('the schema has fewer parts than it tells');
    at += 1;
    const optional = (id: number): number | null => {
      const value = fieldOf(element, id);
      return value === undefined ? null : numberOf(value);
    };
    const type = optional(1);
    const own = type === null ? null : column;
    if (type !== null) column += 1;
    const children = Array.from({ length: optional(5) ?? 0 }, next);
    const [logical] = structOf(fieldOf(element, 10))?.fields ?? [];
    const struct = structOf(logical?.value);
    return {
      ...{ index, type, children, column: own, typeLength: optional(2) ?? 0, repetition: optional(3) ?? 0, converted: optional(6) },
      ...{ name: Buffer.from(bytesOf(fieldOf(element, 4))).toString('utf8'), scale: optional(7) ?? 0, precision: optional(8) ?? 0 },
      logical: logical === undefined || struct === null ? null : { id: logical.id, struct },
    };
  };
  return next();
}

function chunkFacts(chunk: CompactStruct): ChunkFacts {
  const facts = structOf(fieldOf(chunk, 3));
  if (facts === null) throw new CompactError('the facts of a column are encrypted or missing');
  const statistics = structOf(fieldOf(facts, 12));
  const bound = (id: number, exactId: number): Uint8Array | null => {
    const value = statistics === null ? undefined : fieldOf(statistics, id);
    return value instanceof Uint8Array && statistics !== null && fieldOf(statistics, exactId) !== false ? value : null;
  };
  const nulls = statistics === null ? undefined : fieldOf(statistics, 3);
  return {
    values: numberOf(fieldOf(facts, 5)),
    nulls: nulls === undefined ? null : numberOf(nulls),
    lower: bound(6, 8),
    upper: bound(5, 7),
    bytes: numberOf(fieldOf(facts, 7)),
  };
}

function structsOf(value: CompactValue | undefined): readonly CompactStruct[] {
  if (value === undefined) return [];
  if (!isList(value)) throw new CompactError('a list is something else');
  return value.elements.map((element) => {
    const struct = structOf(element.value);
    if (struct === null) throw new CompactError('an element is no struct');
    return struct;
  });
}

const isList = (value: CompactValue): value is CompactList => typeof value === 'object' && 'kind' in value && value.kind === 'list';

function structOf(value: CompactValue | undefined): CompactStruct | null {
  return typeof value === 'object' && 'kind' in value && value.kind === 'struct' ? value : null;
}

function numberOf(value: CompactValue | undefined): number {
  if (typeof value !== 'bigint') throw new CompactError('a number is missing');
  return Number(value);
}

function bytesOf(value: CompactValue | undefined): Uint8Array {
  if (value instanceof Uint8Array) return value;
  throw new CompactError('a name is missing');
}
