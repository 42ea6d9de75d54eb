import { formatDate, formatDecimal, formatInterval, formatTime, formatTimestamp, type RowValue } from '../../runtime/arrow/index.ts';
import type { DataType } from '../../spi/index.ts';
import type { IntervalValue, Value } from './value.ts';

/** Digits that engines must agree on: sums of floating point are added in no fixed order. */
const AGREED_DIGITS = { real: 6, double: 12 } as const;

/** Returns the one text of a value by which rows are compared and shown: engines agree when the texts do. */
export function valueText(value: Value, type: DataType): string {
  return rowValueText(toRowValue(value, type), type);
}

/** Returns the text of a value that came out of an Arrow frame, as `valueText` writes it. */
export function rowValueText(value: RowValue, type: DataType): string {
  if (value === null) return 'NULL';
  switch (type.kind) {
    case 'real':
    case 'double':
      return typeof value === 'number' ? floatText(value, type.kind) : shown(value);
    case 'varchar':
      return typeof value === 'string' ? JSON.stringify(value) : shown(value);
    case 'varbinary':
    case 'fixed':
      return value instanceof Uint8Array ? `x'${Buffer.from(value).toString('hex')}'` : shown(value);
    case 'uuid':
      return shown(value).toLowerCase();
    case 'list':
      return Array.isArray(value) ? `[${value.map((item: RowValue) => rowValueText(item, type.element)).join(', ')}]` : shown(value);
    case 'map':
      return value instanceof Map
        ? `{${[...(value as ReadonlyMap<RowValue, RowValue>)].map(([key, of]) => `${rowValueText(key, type.key)}: ${rowValueText(of, type.value)}`).join(', ')}}`
        : shown(value);
    case 'struct': {
      const fields = value as Readonly<Record<string, RowValue>>;
      return `(${type.fields.map(({ name, type: of }) => `${name}: ${rowValueText(fields[name] ?? null, of)}`).join(', ')})`;
    }
    default:
      return shown(value);
  }
}

/** Returns a value in the form in which Arrow columns are read. */
function toRowValue(value: Value, type: DataType): RowValue {
  if (value === null || typeof value === 'boolean' || typeof value === 'string') return value;
  switch (type.kind) {
    case 'decimal':
      return formatDecimal(value as bigint, type.scale);
    case 'date':
      return formatDate(Number(value));
    case 'time':
      return formatTime(Number(value));
    case 'timestamp':
    case 'timestamptz':
      return formatTimestamp(value as bigint, type.kind === 'timestamptz');
    case 'interval': {
      const { months, days, micros } = value as IntervalValue;
      return formatInterval(months, days, micros * 1000n);
    }
    case 'list':
      return (value as readonly Value[]).map((item) => toRowValue(item, type.element));
    case 'map':
      return new Map(
        (value as readonly (readonly [Value, Value])[]).map(([key, of]) => [toRowValue(key, type.key), toRowValue(of, type.value)]),
      );
    case 'struct':
      return Object.fromEntries(
        type.fields.map((field, index) => [field.name, toRowValue((value as readonly Value[])[index] ?? null, field.type)]),
      );
    default:
      return value as RowValue;
  }
}

/** Zero has no sign here: which one a result has is not fixed. */
function floatText(value: number, kind: 'real' | 'double'): string {
  return Number.isFinite(value) ? String(Number(value.toPrecision(AGREED_DIGITS[kind])) + 0) : String(value);
}

function shown(value: RowValue): string {
  return typeof value === 'object' && value !== null
    ? JSON.stringify(value, (_key, part: unknown) => (typeof part === 'bigint' ? String(part) : part))
    : String(value);
}
