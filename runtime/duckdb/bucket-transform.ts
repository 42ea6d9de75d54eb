import { PlatformError } from '../../spi/index.ts';

const MASK = '4294967295::UBIGINT';

/** Names a subexpression, so that it is computed once however often the body uses it. */
function bindAs(name: string, valueSql: string, bodySql: string): string {
  return `list_transform([${valueSql}], lambda ${name}: ${bodySql})[1]`;
}

function rotateLeft(valueSql: string, bits: number): string {
  return `(((${valueSql} << ${String(bits)}) | (${valueSql} >> ${String(32 - bits)})) & ${MASK})`;
}

function multiply(valueSql: string, factor: number): string {
  return `((${valueSql} * ${String(factor)}::UBIGINT) & ${MASK})`;
}

/** Scrambles every block of a list. */
function mixBlocks(blocksSql: string): string {
  const multiplied = `list_transform(${blocksSql}, lambda mixed: ${multiply('mixed', 0xcc9e2d51)})`;
  return `list_transform(${multiplied}, lambda turned: ${multiply(rotateLeft('turned', 15), 0x1b873593)})`;
}

/** 32-bit Murmur3 with seed 0 over whole blocks, the little-endian rest and the length in bytes. */
function murmurSql(blocksSql: string, restSql: string, lengthSql: string): string {
  const step = `((${rotateLeft('xor(hash, block)', 13)} * 5::UBIGINT) + ${String(0xe6546b64)}::UBIGINT) & ${MASK}`;
  const body = `list_reduce(${mixBlocks(blocksSql)}, lambda hash, block: ${step}, 0::UBIGINT)`;
  const whole = `xor(xor(${body}, ${mixBlocks(`[${restSql}]`)}[1]), (${lengthSql})::UBIGINT)`;
  const first = bindAs('first', whole, multiply('xor(first, first >> 16)', 0x85ebca6b));
  const second = bindAs('second', first, multiply('xor(second, second >> 13)', 0xc2b2ae35));
  return bindAs('third', second, 'xor(third, third >> 16)');
}

/** Microseconds since the epoch of a column of type TIMESTAMP_NS, rounded to the past; `epoch_us` rounds those before 1970 to the future. */
export function microsecondsSql(columnSql: string): string {
  const nanos = `epoch_ns(${columnSql})`;
  return `((${nanos} - (${nanos} % 1000 + 1000) % 1000) // 1000)`;
}

/** Hash of a value that is hashed as a 64-bit integer, low word first. */
function hashLongSql(valueSql: string): string {
  const blocks = `[(long & 4294967295)::UBIGINT, ((long >> 32) & 4294967295)::UBIGINT]`;
  return bindAs('long', `(${valueSql})::BIGINT`, murmurSql(blocks, '0::UBIGINT', '8'));
}

/** The number that bytes `at` to `at + count - 1` (from 0) of a hexadecimal text stand for, lowest byte first. */
function wordSql(atSql: string, count: number): string {
  const bytes = Array.from({ length: count }, (_, index) => `substring(digits, 2 * (${atSql}) + ${String(2 * (count - index) - 1)}, 2)`);
  return `('0x0' || ${bytes.join(' || ')})::UBIGINT`;
}

function hashBytesSql(hexSql: string): string {
  const length = '(length(digits) // 2)';
  const blocks = `list_transform(range(${length} // 4), lambda position: ${wordSql('4 * position', 4)})`;
  return bindAs('digits', hexSql, murmurSql(blocks, wordSql(`4 * (${length} // 4)`, 3), length));
}

/** Hexadecimal form of a decimal's unscaled value as the shortest big-endian two's complement bytes. */
function decimalHexSql(columnSql: string): string {
  const even = `CASE WHEN length(plain) % 2 = 1 THEN '0' || plain WHEN plain >= '8' THEN '00' || plain ELSE plain END`;
  const flipped = bindAs(
    'padded',
    bindAs('plain', `hex(CASE WHEN unscaled < 0 THEN -(unscaled + 1) ELSE unscaled END)`, even),
    `CASE WHEN unscaled < 0 THEN translate(padded, '0123456789ABCDEF', 'FEDCBA9876543210') ELSE padded END`,
  );
  return bindAs('unscaled', `replace((${columnSql})::VARCHAR, '.', '')::HUGEINT`, flipped);
}

function hashSql(type: string, columnSql: string): string {
  if (type.startsWith('decimal(')) return hashBytesSql(decimalHexSql(columnSql));
  if (type === 'varbinary' || type.startsWith('fixed(')) return hashBytesSql(`hex(${columnSql})`);
  switch (type) {
    case 'integer':
    case 'bigint':
      return hashLongSql(columnSql);
    case 'date':
      return hashLongSql(`datediff('day', DATE '1970-01-01', ${columnSql})`);
    case 'time':
    case 'timestamp':
    case 'timestamptz':
      return hashLongSql(`epoch_us(${columnSql})`);
    case 'timestamp_ns':
      return hashLongSql(microsecondsSql(columnSql));
    case 'varchar':
      return hashBytesSql(`hex(encode(${columnSql}))`);
    case 'uuid':
      return hashBytesSql(`replace(upper((${columnSql})::VARCHAR), '-', '')`);
    default:
      throw new PlatformError('STORAGE_UNSUPPORTED', `columns of type ${type} cannot be partitioned by bucket`);
  }
}

/** Returns a DuckDB expression for Iceberg's 32-bit hash of a column, as an integer with a sign; NULL for NULL.
 *  Shape: `type` is a canonical type name; `columnSql` a column reference (it is repeated in the expression).
 *  @throws STORAGE_UNSUPPORTED for types that have no hash
 *  @see Iceberg spec v2, "Appendix B: 32-bit Hash Requirements" */
export function hashExpressionSql(type: string, columnSql: string): string {
  const signed = bindAs(
    'unsigned',
    hashSql(type, columnSql),
    'unsigned::BIGINT - CASE WHEN unsigned >= 2147483648 THEN 4294967296 ELSE 0 END',
  );
  return `CASE WHEN ${columnSql} IS NOT NULL THEN (${signed})::INTEGER END`;
}

/** Returns a DuckDB expression for the bucket of a column, 0 to `buckets - 1`; NULL for NULL.
 *  @throws STORAGE_UNSUPPORTED for types that have no hash */
export function bucketExpressionSql(type: string, columnSql: string, buckets: number): string {
  return `CASE WHEN ${columnSql} IS NOT NULL THEN ((${hashSql(type, columnSql)}) & 2147483647) % ${String(buckets)} END`;
}
