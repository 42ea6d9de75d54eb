import { DataType, type Field, TimeUnit, Type, Vector } from 'apache-arrow';

/** Returns whether cells of an Arrow type are shown flush right. */
export function isNumeric(type: DataType): boolean {
  return type.typeId === Type.Int || type.typeId === Type.Float || type.typeId === Type.Decimal;
}

/** Returns the text shown for one value of an Arrow vector; NULL is shown as `NULL`. */
export function formatCell(field: Field<DataType>, vector: Vector, row: number): string {
  const exact = field.type.typeId === Type.Timestamp && vector.isValid(row) ? rawInteger(vector, row) : null;
  return exact === null ? formatValue(field.type, vector.get(row)) : formatExact(exact, field.type);
}

/** The vector's own getter gives timestamps as milliseconds in a double, which far instants do not fit. */
function rawInteger(vector: Vector, row: number): bigint | null {
  const values: unknown = vector.data.length === 1 ? vector.data[0]?.values : undefined;
  return values instanceof BigInt64Array ? (values[row] ?? null) : null;
}

const isNanoseconds = (type: DataType): boolean => DataType.isTimestamp(type) && type.unit === TimeUnit.NANOSECOND;

function formatExact(value: bigint, type: DataType): string {
  if (!isNanoseconds(type)) return formatInstant(value, hasZone(type));
  const beyond = ((value % 1000n) + 1000n) % 1000n;
  const text = formatInstant((value - beyond) / 1000n, false);
  if (beyond === 0n) return text;
  const [seconds = '', fraction = ''] = text.split('.');
  return `${seconds}.${fraction.padEnd(6, '0')}${String(beyond).padStart(3, '0')}`;
}

const hasZone = (type: DataType): boolean => DataType.isTimestamp(type) && typeof type.timezone === 'string';

function formatValue(type: DataType, value: unknown): string {
  if (value === null || value === undefined) return 'NULL';
  if (DataType.isDecimal(type)) return formatDecimal(value as Uint32Array, type.scale);
  switch (type.typeId) {
    case Type.Date:
      return new Date(Number(value)).toISOString().slice(0, 10);
    case Type.Timestamp:
      return formatInstant(BigInt(Math.round((value as number) * 1000)), hasZone(type));
    case Type.Time:
      return formatTime(BigInt(value as bigint | number));
    case Type.Binary:
    case Type.FixedSizeBinary:
      return `\\x${Buffer.from(value as Uint8Array).toString('hex')}`;
    case Type.List:
      return `[${formatItems(listElement(type), value).join(', ')}]`;
    case Type.Struct:
    case Type.Map:
      return JSON.stringify(value, (_, item: unknown) => (typeof item === 'bigint' ? item.toString() : item));
    default:
      // eslint-disable-next-line @typescript-eslint/no-base-to-string -- what is left are numbers, booleans and strings
      return String(value);
  }
}

function listElement(type: DataType): Field<DataType> {
  return (type as unknown as { children: readonly Field[] }).children[0] as Field<DataType>;
}

function formatItems(element: Field<DataType>, items: unknown): string[] {
  if (!(items instanceof Vector)) return [];
  return Array.from({ length: items.length }, (_, row) => formatCell(element, items, row));
}

/** Shape: four 32-bit words of a two's complement number, least significant first. */
function formatDecimal(words: Uint32Array, scale: number): string {
  let unscaled = 0n;
  for (let index = words.length - 1; index >= 0; index -= 1) unscaled = (unscaled << 32n) | BigInt(words[index] ?? 0);
  unscaled = BigInt.asIntN(words.length * 32, unscaled);
  const digits = (unscaled < 0n ? -unscaled : unscaled).toString().padStart(scale + 1, '0');
  const sign = unscaled < 0n ? '-' : '';
  return scale === 0 ? sign + digits : `${sign}${digits.slice(0, -scale)}.${digits.slice(-scale)}`;
}

function formatInstant(microseconds: bigint, zoned: boolean): string {
  const fraction = Number(((microseconds % 1_000_000n) + 1_000_000n) % 1_000_000n);
  const wholeMs = Number((microseconds - BigInt(fraction)) / 1000n);
  const text = new Date(wholeMs).toISOString();
  const digits = String(fraction).padStart(6, '0').replace(/0+$/, '');
  return `${text.replace('T', ' ').replace(/\.000Z$/, '')}${digits === '' ? '' : `.${digits}`}${zoned ? '+00' : ''}`;
}

function formatTime(microseconds: bigint): string {
  const seconds = Number(microseconds / 1_000_000n);
  const pad = (value: number): string => String(value).padStart(2, '0');
  const fraction = String(microseconds % 1_000_000n)
    .padStart(6, '0')
    .replace(/0+$/, '');
  return `${pad(Math.floor(seconds / 3600))}:${pad(Math.floor(seconds / 60) % 60)}:${pad(seconds % 60)}${fraction === '' ? '' : `.${fraction}`}`;
}
