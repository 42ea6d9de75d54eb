import { assert, type DataType } from '../../../spi/index.ts';
import type { RowValue } from '../../../runtime/arrow/index.ts';
import { formatFloat } from './format-float.ts';

/** Text that would be read as part of the brackets around it, or as NULL, is quoted inside nested values. */
const NEEDS_QUOTES = /^$|^null$|^\s|\s$|[()[\]{}"':=,;]/i;

const MICROS_PER_UNIT = [3_600_000_000n, 60_000_000n, 1_000_000n] as const;

/** Returns a value as sqllogictest shows it: the text that DuckDB's CAST to VARCHAR gives, `NULL`, and `(empty)` for empty text. Instants are in UTC. */
export function formatValue(value: RowValue, type: DataType): string {
  if (value === null) return 'NULL';
  const text = printValue(value, type);
  return text === '' ? '(empty)' : escapeControls(text);
}

/** Returns text on one line without tabs. */
export function escapeControls(text: string): string {
  return text.replaceAll('\n', '\\n').replaceAll('\t', '\\t').replaceAll('\r', '\\r').replaceAll('\0', '\\0');
}

function printValue(value: RowValue, type: DataType): string {
  switch (type.kind) {
    case 'real':
    case 'double':
      assert(typeof value === 'number', 'floating point comes as numbers');
      return formatFloat(value, type.kind);
    case 'date':
      return dateText(value as string);
    case 'timestamp':
    case 'timestamp_ns':
    case 'timestamptz':
      return timestampText(value as string, type.kind === 'timestamptz' ? '+00' : '');
    case 'time':
      return shortFraction(value as string);
    case 'interval':
      return intervalText(value as string);
    case 'varbinary':
    case 'fixed':
      return bytesText(value as Uint8Array);
    case 'uuid':
      return typeof value === 'string' ? value : uuidText(value as Uint8Array);
    case 'list':
      return `[${(value as readonly RowValue[]).map((item) => inner(item, type.element)).join(', ')}]`;
    case 'struct': {
      const fields = value as Readonly<Record<string, RowValue>>;
      return `{${type.fields.map(({ name, type: of }) => `'${name}': ${inner(fields[name] ?? null, of)}`).join(', ')}}`;
    }
    case 'map':
      return `{${[...(value as ReadonlyMap<RowValue, RowValue>)].map(([key, of]) => `${inner(key, type.key)}=${inner(of, type.value)}`).join(', ')}}`;
    default:
      assert(typeof value !== 'object', 'values of the other types are plain');
      return String(value);
  }
}

function inner(value: RowValue, type: DataType): string {
  if (value === null) return 'NULL';
  const text = printValue(value, type);
  if (['list', 'map', 'struct'].includes(type.kind) || !NEEDS_QUOTES.test(text)) return text;
  return `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
}

function dateText(iso: string): string {
  if (!/^[+-]/.test(iso)) return iso;
  const [, sign, digits = '', rest = ''] = /^([+-])(\d+)(-.*)$/.exec(iso) ?? [];
  const year = Number(digits);
  return sign === '+' ? `${String(year)}${rest}` : `${String(year + 1).padStart(4, '0')}${rest} (BC)`;
}

function timestampText(iso: string, suffix: string): string {
  if (iso.endsWith('infinity')) return iso;
  const [date = '', time = ''] = iso.replace('Z', '').split('T');
  const day = dateText(date);
  const clock = shortFraction(time);
  return day.endsWith(' (BC)') ? `${day.slice(0, -5)} ${clock}${suffix} (BC)` : `${day} ${clock}${suffix}`;
}

function shortFraction(time: string): string {
  return time.includes('.') ? time.replace(/\.?0+$/, '') : time;
}

function intervalText(iso: string): string {
  const parts = /^P(?:(-?\d+)M)?(?:(-?\d+)D)?(?:T(-?)(\d+)(?:\.(\d+))?S)?$/.exec(iso);
  assert(parts !== null, `an interval: ${iso}`);
  const months = Number(parts[1] ?? 0);
  const words = [
    [Math.trunc(months / 12), 'year'],
    [months % 12, 'month'],
    [Number(parts[2] ?? 0), 'day'],
  ] as const;
  const shown = words
    .filter(([count]) => count !== 0)
    .map(([count, unit]) => `${String(count)} ${unit}${Math.abs(count) === 1 ? '' : 's'}`);
  const micros = BigInt(parts[4] ?? 0) * 1_000_000n + BigInt((parts[5] ?? '').padEnd(6, '0').slice(0, 6) || 0);
  if (micros !== 0n || shown.length === 0) shown.push(`${parts[3] ?? ''}${clockText(micros)}`);
  return shown.join(' ');
}

function clockText(micros: bigint): string {
  let rest = micros;
  const fields = MICROS_PER_UNIT.map((unit) => {
    const count = rest / unit;
    rest %= unit;
    return String(count).padStart(2, '0');
  });
  return rest === 0n ? fields.join(':') : shortFraction(`${fields.join(':')}.${String(rest).padStart(6, '0')}`);
}

function bytesText(bytes: Uint8Array): string {
  const isPlain = (byte: number): boolean => byte >= 32 && byte <= 126 && byte !== 0x5c && byte !== 0x27 && byte !== 0x22;
  const hex = (byte: number): string => `\\x${byte.toString(16).toUpperCase().padStart(2, '0')}`;
  return [...bytes].map((byte) => (isPlain(byte) ? String.fromCharCode(byte) : hex(byte))).join('');
}

function uuidText(bytes: Uint8Array): string {
  return Buffer.from(bytes)
    .toString('hex')
    .replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}
