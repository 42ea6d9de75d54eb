import { type DataType, type LiteralExpression, PlatformError } from '../../spi/index.ts';
import { printType } from './print-type.ts';
import { quoteText } from './quote.ts';

const DECIMAL_DIGITS = '-?\\d+(\\.\\d+)?';
const FORMS: Readonly<Partial<Record<DataType['kind'], RegExp>>> = {
  integer: /^-?\d+$/,
  bigint: /^-?\d+$/,
  decimal: new RegExp(`^${DECIMAL_DIGITS}$`),
  real: new RegExp(`^(-?(Infinity|${DECIMAL_DIGITS}([eE][+-]?\\d+)?)|NaN)$`),
  double: new RegExp(`^(-?(Infinity|${DECIMAL_DIGITS}([eE][+-]?\\d+)?)|NaN)$`),
  varbinary: /^[A-Za-z0-9+/]*={0,2}$/,
  fixed: /^[A-Za-z0-9+/]*={0,2}$/,
};

/** Returns a constant with its type written out.
 *  @throws SQL_INVALID_VALUE when the value has not the canonical form of its type. */
export function printLiteral({ type, value }: LiteralExpression): string {
  if (value === null) return type.kind === 'null' ? 'NULL' : `CAST(NULL AS ${printType(type)})`;
  if (typeof value === 'boolean') return value ? 'true' : 'false';
  if (FORMS[type.kind]?.test(value) === false) {
    throw new PlatformError('SQL_INVALID_VALUE', `the constant ${JSON.stringify(value.slice(0, 60))} is not a ${type.kind}`);
  }
  if (type.kind === 'varchar') return quoteText(value);
  if (type.kind === 'varbinary' || type.kind === 'fixed') return `from_base64('${value}')`;
  return `CAST(${quoteText(value)} AS ${printType(type)})`;
}
