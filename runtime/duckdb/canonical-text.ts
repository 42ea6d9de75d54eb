import type { DataType } from '../../spi/index.ts';

const DATE = /^\d{4}-\d{2}-\d{2}$/;
const TIMESTAMP = /^(\d{4}-\d{2}-\d{2}) (\d{2}:\d{2}:\d{2}(?:\.\d{1,9})?)(\+00)?$/;

function canonicalNumber(text: string): string | undefined {
  const value = Number(text);
  if (!Number.isFinite(value)) return undefined;
  return Object.is(value, -0) ? '-0' : String(value);
}

/** Returns a text that DuckDB printed as the canonical text of the type, or undefined when it has none there (infinite dates, years
 *  before 1 or after 9999, not-a-number). */
export function canonicalText(type: DataType, text: string): string | undefined {
  switch (type.kind) {
    case 'boolean':
      return text === '1' || text === 'true' ? 'true' : 'false';
    case 'real':
    case 'double':
      return canonicalNumber(text);
    case 'date':
      return DATE.test(text) ? text : undefined;
    case 'timestamp':
    case 'timestamp_ns':
    case 'timestamptz': {
      const match = TIMESTAMP.exec(text);
      return match === null ? undefined : `${match[1] ?? ''} ${match[2] ?? ''}${type.kind === 'timestamptz' ? 'Z' : ''}`;
    }
    case 'varbinary':
    case 'fixed':
      return Buffer.from(text, 'hex').toString('base64');
    default:
      return text;
  }
}
