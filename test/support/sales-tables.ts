/** Tables that the tests of the binder share: t has one column of most types, u shares a and c with it, n has nested columns. */
export const SALES_TABLES: readonly string[] = [
  'CREATE TABLE t (a INTEGER NOT NULL, b BIGINT, c VARCHAR, d DECIMAL(10, 2), e DATE, ts TIMESTAMP, tz TIMESTAMPTZ, f DOUBLE, g BOOLEAN)',
  'CREATE TABLE u (a INTEGER, c VARCHAR, x DOUBLE)',
  'CREATE TABLE n (id INTEGER, l INTEGER[], s STRUCT(p INTEGER, q VARCHAR), m MAP(VARCHAR, INTEGER))',
];
